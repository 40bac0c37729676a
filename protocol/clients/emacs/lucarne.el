;;; lucarne.el --- Prompt files asked what a model sees in them  -*- lexical-binding: t; -*-

;; Author: The Lucarne authors
;; Version: 0.2.0
;; Package-Requires: ((emacs "28.1"))
;; Keywords: tools, languages
;; URL: https://example.org/lucarne

;;; Commentary:

;; A major mode for prompt files (*.lucarne): the model's answer, the tokens and
;; features that support it as a heat map, steering, ablation.  The kernel is
;; the program `lucarne'; see `lucarne-command'.

;;; Code:

(require 'cl-lib)
(require 'flymake)
(require 'seq)
(require 'lucarne-kernel)
(require 'lucarne-heat)
(require 'lucarne-report)
(require 'lucarne-prompt)

(defcustom lucarne-max-tokens 256
  "The longest answer, in tokens."
  :type 'natnum
  :group 'lucarne)

(defcustom lucarne-features 10
  "How many features an attribution lists."
  :type 'natnum
  :group 'lucarne)

(defcustom lucarne-check t
  "Whether prompt files are checked as they are written, by Flymake."
  :type 'boolean
  :group 'lucarne)

;;;; At work

(defvar-local lucarne--progress nil
  "What runs, for the mode line.")

(defun lucarne--report-progress (task value)
  "Show VALUE of `$/progress' for TASK; nil when it is over."
  (when (buffer-live-p (lucarne--task-buffer task))
    (with-current-buffer (lucarne--task-buffer task)
      (setq lucarne--progress
            (and value (not (equal (plist-get value :kind) "end"))
                 (concat " " (or (plist-get value :title)
                                 (lucarne--task-name task))
                         (and (plist-get value :percentage)
                              (format " %d%%%%" (plist-get value :percentage))))))
      (force-mode-line-update))))

(defmacro lucarne--command (name task &rest body)
  "Run BODY as the command NAME, a TASK, for the prompt at hand."
  (declare (indent 2) (debug t))
  `(with-current-buffer (lucarne--prompt-buffer)
     (lucarne--start ,name #'lucarne--report-progress (lambda (,task) ,@body))))

;;;; Commands

(defun lucarne--insert-answer (text)
  "Add TEXT to the buffer as the assistant's turn, or to the one begun there."
  (let* ((text (replace-regexp-in-string "!\\[[[:alnum:]_-]+\\]" "!\\&" text))
         (escaped (replace-regexp-in-string "^@" "@@" text))
         last)
    (save-excursion
      (save-restriction
        (widen)
        (goto-char (point-min))
        (while (re-search-forward "^@\\(system\\|user\\|assistant\\)$" nil t)
          (setq last (match-string 1)))
        (goto-char (point-max))
        (skip-chars-backward " \t\n")
        (delete-region (point) (point-max))
        (cond ((not (equal last "assistant")) (insert "\n@assistant\n" escaped))
              ((save-excursion (beginning-of-line) (looking-at "@assistant$"))
               (insert "\n" escaped))
              ;; The answer goes on where the file's own beginning of it ends.
              (t (insert (replace-regexp-in-string "\n@" "\n@@" text))))
        (insert "\n")))))

;;;###autoload
(defun lucarne-generate (&optional insert)
  "Show the model's answer as it comes; with INSERT add it to the file."
  (interactive "P")
  (lucarne--command "generate" task
    (let ((prompt (current-buffer)) (written ""))
      (lucarne--asking task ((opened "prompt/open" (lucarne--params)))
        (lucarne--checked opened)
        (lucarne--asking task
            ((result "context/generate"
                     (lucarne--asked opened :maxTokens lucarne-max-tokens)
                     (lambda (value)
                       (seq-doseq (token (plist-get value :tokens))
                         (setq written (concat written (plist-get token :text))))
                       (lucarne--show-answer prompt "answer …" written))))
          (lucarne--show-answer prompt
                                (if (equal (plist-get result :finish) "length")
                                    "answer (cut off)"
                                  "answer")
                                (plist-get result :text))
          (when insert (lucarne--insert-answer (plist-get result :text))))))))

(defun lucarne--with-labels (task items labels continue)
  "Within TASK, put what ITEMS' features are called into LABELS, then CONTINUE."
  (if (null items)
      (funcall continue)
    (let ((feature (plist-get (car items) :feature)))
      (lucarne--asking task
          ((info "feature/info" (list :feature feature :topK 8)))
        (puthash (plist-get feature :index) (lucarne--label info) labels)
        (lucarne--with-labels task (cdr items) labels continue)))))

;;;###autoload
(defun lucarne-attribute (&optional answer baseline)
  "Colour each token by what it does for ANSWER against BASELINE.
What is nil is the front matter's, or the model's own answer and
its runner-up; with a prefix argument both are read."
  (interactive
   (when current-prefix-arg
     (mapcar (lambda (what)
               (let ((text (read-string (format "%s (empty: by itself): " what))))
                 (unless (string-empty-p text) text)))
             '("Answer" "Baseline"))))
  (lucarne--command "attribute" task
    (lucarne--asking task ((opened "prompt/open" (lucarne--params)))
      (lucarne--checked opened)
      (lucarne--with-pair
       task opened answer baseline
       (lambda (pair)
         (lucarne--attribute-pair task opened pair))))))

(defun lucarne--attribute-pair (task opened pair)
  "Within TASK, colour the tokens of OPENED by PAIR and list features."
  (let ((prompt (current-buffer))
        (scores (make-hash-table))
        (labels (make-hash-table))
        (asked (lambda (&rest more)
                 (append (lucarne--asked opened :sae (lucarne--sae opened)
                                         :target (plist-get pair :wire))
                         more))))
    (lucarne--asking task
        ((tokens "attribution/compute"
                 (funcall asked :aggregate "token"
                          :topK (plist-get opened :tokenCount)
                          :render '(:image "smooth")
                          :parts '(:method "none") :verify 0)))
      (seq-doseq (item (plist-get tokens :items))
        (puthash (plist-get item :position) (plist-get item :score) scores))
      (lucarne--show-heat (plist-get opened :tokens) scores)
      (lucarne--asking task
          ((found "attribution/compute"
                  (funcall asked :aggregate "feature" :topK lucarne-features)))
        (lucarne--show-parts opened (plist-get found :byPart))
        (lucarne--with-labels
         task (append (plist-get found :items) nil) labels
         (lambda ()
           (lucarne--show-attribution prompt found labels
                                      (plist-get tokens :renderings))))))))

;;;###autoload
(defun lucarne-steer (&optional clamps)
  "Show the answer with features held at CLAMPS, a text such as \"123=50\".
Empty: those under `steer:' in the front matter."
  (interactive "sSteer (123=50 …; empty: the front matter's): ")
  (let ((given (lucarne--read-clamps (or clamps ""))))
    (lucarne--command "steer" task
      (lucarne--asking task ((opened "prompt/open" (lucarne--params)))
        (lucarne--checked opened)
        (let ((clamps (or given
                          (seq-map (lambda (clamp)
                                     (cons (plist-get clamp :index)
                                           (plist-get clamp :value)))
                                   (lucarne--in opened :front :steer))))
              (prompt (current-buffer))
              (sae (lucarne--sae opened)))
          (unless clamps
            (error "Nothing to steer: 123=50, or steer: in the front matter"))
          (lucarne--asking task
              ((result "steering/generate"
                       (lucarne--asked
                        opened :sae sae :maxTokens lucarne-max-tokens
                        :compareWith ["plain"]
                        :interventions
                        (vconcat
                         (mapcar
                          (lambda (clamp)
                            (list :op "clamp" :value (cdr clamp) :generated t
                                  :feature (list :sae sae :index (car clamp))))
                          clamps)))))
            (lucarne--show-steering prompt clamps result)))))))

;;;###autoload
(defun lucarne-explain (&optional feature)
  "Show what FEATURE stands for.
That is the one at point: of a report's line, of a line under
`steer:', or the strongest one of a token.  With a prefix
argument it is read."
  (interactive
   (list (if current-prefix-arg
             (read-number "Feature: ")
           (lucarne--feature-at-point))))
  (let ((position (and (not feature) (derived-mode-p 'lucarne-mode) (point))))
    (lucarne--command "explain" task
      (lucarne--asking task ((opened "prompt/open" (lucarne--params)))
        (lucarne--checked opened)
        (lucarne--with-feature
         task opened feature position
         (lambda (index) (lucarne--explain-feature task opened index)))))))

(defun lucarne--background ()
  "What pictures are drawn for: \"light\" or \"dark\"."
  (if (eq (frame-parameter nil 'background-mode) 'dark) "dark" "light"))

(defun lucarne--explain-feature (task opened index)
  "Within TASK on OPENED, show the feature INDEX."
  (let ((feature (list :sae (lucarne--sae opened) :index index))
        (prompt (current-buffer)))
    (lucarne--asking task ((info "feature/info" (list :feature feature)))
      (if (not (plist-get (plist-get info :stats) :frequency))
          (lucarne--show-feature prompt index info nil nil)
        ;; Only with an index are there examples.
        (lucarne--asking task
            ((examples "feature/examples" (list :feature feature :topK 5)))
          (cond
           ((seq-empty-p (plist-get examples :items))
            (lucarne--show-feature prompt index info nil nil))
           ;; Texts are no pictures.
           ((equal (plist-get examples :view) "text")
            (lucarne--show-feature prompt index info examples nil))
           (t
            (lucarne--asking task
                ((drawn "feature/render"
                        (list :feature feature :view (plist-get examples :view)
                              :montage (list :background (lucarne--background)))))
              (lucarne--show-feature prompt index info examples
                                     (plist-get drawn :renderings))))))))))

;;;###autoload
(defun lucarne-ablate (&optional features)
  "Show what the answer loses without FEATURES, a text such as \"123 456\".
Empty: the one at point, as in `lucarne-explain'."
  (interactive
   (list (if (and (lucarne--feature-at-point) (not current-prefix-arg))
             (number-to-string (lucarne--feature-at-point))
           (read-string "Features (empty: the token's strongest): "))))
  (let ((given (lucarne--read-features (or features "")))
        (position (and (derived-mode-p 'lucarne-mode) (point))))
    (lucarne--command "ablate" task
      (lucarne--asking task ((opened "prompt/open" (lucarne--params)))
        (lucarne--checked opened)
        (lucarne--with-feature
         task opened (car given) position
         (lambda (index)
           (lucarne--with-pair
            task opened nil nil
            (lambda (pair)
              (lucarne--ablate-features task opened pair
                                        (or given (list index)))))))))))

(defun lucarne--ablate-features (task opened pair features)
  "Within TASK on OPENED, show PAIR without FEATURES."
  (let ((prompt (current-buffer))
        (sae (lucarne--sae opened)))
    (lucarne--asking task
        ((result "ablation/run"
                 (lucarne--asked
                  opened :sae sae :targets (vector (plist-get pair :wire))
                  :interventions
                  (vconcat (mapcar (lambda (index)
                                     (list :op "zero"
                                           :feature (list :sae sae :index index)))
                                   features)))))
      (lucarne--show-ablation prompt pair features result))))

;;;###autoload
(defun lucarne-stop ()
  "Cancel the commands at work."
  (interactive)
  (when (zerop (lucarne--stop-tasks "stopped"))
    (message "Lucarne: nothing runs")))

;;;###autoload
(defun lucarne-status ()
  "Show what is loaded and what waits."
  (interactive)
  (with-current-buffer (get-buffer-create "*lucarne*")
    (lucarne--start
     "status" #'lucarne--report-progress
     (lambda (task)
       (lucarne--asking task ((status "kernel/status" nil))
         (lucarne--show-status
          lucarne--source status
          (process-id (jsonrpc--process lucarne--connection))))))))

(defun lucarne-clear ()
  "Take the heat map and the report away."
  (interactive)
  (with-current-buffer (lucarne--prompt-buffer)
    (lucarne--clear-heat))
  (let ((report (get-buffer "*lucarne*")))
    (when report (quit-windows-on report))))

;;;; Flymake

(defun lucarne--diagnose (report &rest _)
  "Give Flymake's REPORT function what is wrong with the prompt."
  ;; What has died is started again by commands alone, lest it die with every
  ;; letter that is typed.
  (if lucarne--died
      (funcall report nil)
    (lucarne--ensure)
    (lucarne--ask-diagnostics report)))

(defun lucarne--ask-diagnostics (report)
  "Ask what is wrong with the prompt, for Flymake's REPORT function."
  (let ((buffer (current-buffer))
        (tick (buffer-chars-modified-tick)))
    (lucarne--send
     "prompt/check" (lucarne--params)
     (lambda (result)
       (when (buffer-live-p buffer)
         (with-current-buffer buffer
           (when (= tick (buffer-chars-modified-tick))
             (funcall report
                      (seq-map (lambda (found)
                                 (lucarne--diagnostic buffer found))
                               (plist-get result :diagnostics)))))))
     #'ignore)))

(defun lucarne--diagnostic (buffer found)
  "What was FOUND in BUFFER, for Flymake."
  (let ((region (lucarne--region (plist-get found :range))))
    (flymake-make-diagnostic
     buffer (car region) (max (cdr region) (min (1+ (car region)) (point-max)))
     (if (equal (plist-get found :severity) "error") :error :warning)
     (plist-get found :message))))

;;;; The mode

(defvar lucarne-mode-map
  (let ((map (make-sparse-keymap)))
    (define-key map (kbd "C-c C-c") #'lucarne-generate)
    (define-key map (kbd "C-c C-a") #'lucarne-attribute)
    (define-key map (kbd "C-c C-s") #'lucarne-steer)
    (define-key map (kbd "C-c C-e") #'lucarne-explain)
    (define-key map (kbd "C-c C-d") #'lucarne-ablate)
    (define-key map (kbd "C-c C-k") #'lucarne-stop)
    (define-key map (kbd "C-c C-t") #'lucarne-status)
    (define-key map (kbd "C-c C-l") #'lucarne-clear)
    map)
  "Keys of prompt files.")

(defun lucarne--front-end ()
  "The end of the front matter, or nil where there is none."
  (save-excursion
    (save-match-data
      (goto-char (point-min))
      (and (looking-at "---[ \t]*$")
           (re-search-forward "^---[ \t]*$" nil t 2)
           (point)))))

(defun lucarne--in-front (regexp)
  "Return a matcher of REGEXP for font lock, in the front matter only."
  (lambda (limit)
    (let ((end (lucarne--front-end)))
      (and end (re-search-forward regexp (min limit end) t)))))

(defvar lucarne-font-lock-keywords
  `((,(lucarne--in-front "^---[ \t]*$") 0 'font-lock-preprocessor-face)
    (,(lucarne--in-front "^[ \t]*#.*$") 0 'font-lock-comment-face)
    (,(lucarne--in-front
       "^\\(model\\|sae\\|images\\|template\\|answer\\|baseline\\|steer\\)[ \t]*:")
     1 'font-lock-keyword-face)
    (,(lucarne--in-front "^[ \t]+\\([^:#\n]+\\):") 1 'font-lock-variable-name-face)
    (,(lucarne--in-front "\"\\(?:[^\"\\\n]\\|\\\\.\\)*\"") 0 'font-lock-string-face)
    ("^@\\(?:system\\|user\\|assistant\\)$" 0 'font-lock-function-name-face)
    ("^@@" 0 'font-lock-constant-face)
    ("!\\[[^]\n]*\\]" 0 'font-lock-type-face))
  "What is coloured in prompt files.")

(defun lucarne--changed (&rest _)
  "Drop what was asked about the text as it was."
  (lucarne--stop-tasks "the text has changed since; ask again" (current-buffer))
  (lucarne--clear-heat))

(defun lucarne--closed ()
  "Forget a buffer that is killed."
  (lucarne--stop-tasks "the buffer was closed" (current-buffer))
  (lucarne--release))

;;;###autoload
(define-derived-mode lucarne-mode text-mode "Prompt"
  "Major mode for prompt files: front matter, then turns of a chat.

\\{lucarne-mode-map}"
  (setq-local comment-start "# ")
  (setq-local font-lock-defaults '(lucarne-font-lock-keywords t))
  (setq mode-line-process '("" lucarne--progress))
  (add-hook 'after-change-functions #'lucarne--changed nil t)
  (add-hook 'kill-buffer-hook #'lucarne--closed nil t)
  (add-hook 'flymake-diagnostic-functions #'lucarne--diagnose nil t)
  (when lucarne-check (flymake-mode 1)))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.lucarne\\'" . lucarne-mode))

(provide 'lucarne)
;;; lucarne.el ends here
