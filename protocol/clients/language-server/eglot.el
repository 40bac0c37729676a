;; Emacs 29 and later, or Emacs 28 with the package eglot: M-x eglot-code-actions, and help at point.
(define-derived-mode lucarne-prompt-mode text-mode "Prompt")
(add-to-list 'auto-mode-alist '("\\.lucarne\\'" . lucarne-prompt-mode))
(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs
               '((lucarne-prompt-mode :language-id "lucarne") . ("lucarne" "serve"))))
(add-hook 'lucarne-prompt-mode-hook #'eglot-ensure)
