;;; lucarne-prompt.el --- A buffer as a prompt  -*- lexical-binding: t; -*-

;;; Commentary:

;; What the kernel is asked about a buffer, the context that it holds open for
;; it, and what commands are asked about: pairs of tokens, features, clamps.

;;; Code:

(require 'cl-lib)
(require 'seq)
(require 'lucarne-kernel)
(require 'lucarne-heat)
(require 'lucarne-report)

(defvar lucarne--contexts (make-hash-table :test #'eq)
  "The open contexts by buffer, as (NAME . GENERATION); equal texts share one.")

;;;; Contexts


(defun lucarne--prompt-buffer ()
  "The prompt that a command is for."
  (cond ((derived-mode-p 'lucarne-mode) (current-buffer))
        ((and (derived-mode-p 'lucarne-report-mode)
              (buffer-live-p lucarne--source))
         lucarne--source)
        (t (user-error "This is not a prompt file (*.lucarne)"))))

(defun lucarne--params ()
  "What prompt/check and prompt/open are asked about the current buffer."
  (list :text (save-restriction
                (widen)
                (buffer-substring-no-properties (point-min) (point-max)))
        :directory (directory-file-name
                    (expand-file-name (file-local-name default-directory)))))

(defun lucarne--release ()
  "Close the buffer's context where no other buffer has it."
  (let ((held (gethash (current-buffer) lucarne--contexts)))
    (remhash (current-buffer) lucarne--contexts)
    (when (and held (lucarne--live-p) (= (cdr held) lucarne--generation)
               (not (member held (hash-table-values lucarne--contexts))))
      (lucarne--send "context/close" (list :context (car held))
                     #'ignore #'ignore))))

(defun lucarne--hold (opened)
  "Remember the context of OPENED; what was open before is closed after it."
  (let ((now (cons (plist-get opened :context) lucarne--generation)))
    (unless (equal now (gethash (current-buffer) lucarne--contexts))
      (lucarne--release)
      (puthash (current-buffer) now lucarne--contexts))))

(defun lucarne--checked (opened)
  "Return OPENED, a result of prompt/open; signal the file's first error."
  (unless (plist-get opened :context)
    (let ((first (seq-first (plist-get opened :diagnostics))))
      (error "Line %d: %s"
             (1+ (or (lucarne--in first :range :start :line) 0))
             (or (plist-get first :message) "the file is not a prompt"))))
  (lucarne--hold opened)
  opened)

(defun lucarne--sae (opened)
  "The autoencoder of OPENED."
  (or (plist-get opened :sae)
      (error "No autoencoder is loaded: name one in the front matter (sae: …)")))

(defun lucarne--asked (opened &rest more)
  "Params about the context of OPENED, and MORE."
  (append (list :context (plist-get opened :context)
                :version (plist-get opened :version))
          more))

(defun lucarne--spells-p (token text)
  "Whether TOKEN is only another spelling of TEXT."
  (and text (equal (downcase (string-trim token)) (downcase (string-trim text)))))

(defun lucarne--with-pair (task opened answer baseline continue)
  "Within TASK, find what OPENED compares and CONTINUE on it.
That is ANSWER and BASELINE, or the front matter's, or the model's
own answer and its runner-up, the likeliest token that does not
spell the answer, as a plist with the target as :wire."
  (let* ((front (plist-get opened :front))
         (answer (or answer (plist-get front :answer)))
         (baseline (or baseline (plist-get front :baseline)))
         (pair (lambda (answer answer-spec baseline baseline-spec)
                 (list :answer answer :baseline baseline
                       :wire (list :kind "logitDiff" :answer answer-spec
                                   :baseline baseline-spec)))))
    (if (and answer baseline)
        (funcall continue (funcall pair answer (list :text answer)
                                   baseline (list :text baseline)))
      (lucarne--asking task
          ((logits "context/logits"
                   (list :context (plist-get opened :context) :topK 32)))
        (let ((best (append (plist-get logits :items) nil))
              (answer-spec (and answer (list :text answer)))
              (baseline-spec (and baseline (list :text baseline))))
          (dolist (item best)
            (let ((text (plist-get item :text))
                  (spec (list :id (plist-get item :token))))
              (cond ((and (not answer-spec) (not (lucarne--spells-p text baseline)))
                     (setq answer text answer-spec spec))
                    ((and (not baseline-spec) (not (lucarne--spells-p text answer)))
                     (setq baseline text baseline-spec spec)))))
          (funcall continue (funcall pair answer answer-spec
                                     baseline baseline-spec)))))))

(defun lucarne--token-at (tokens position)
  "The one of TOKENS at the buffer POSITION."
  (seq-find (lambda (token)
              (let ((region (lucarne--region (plist-get token :range))))
                (and (<= (car region) position) (< position (cdr region)))))
            tokens))

(defun lucarne--with-feature (task opened feature position continue)
  "Within TASK on OPENED, CONTINUE on FEATURE or the strongest at POSITION."
  (if feature
      (funcall continue feature)
    (let ((token (and position
                      (lucarne--token-at (plist-get opened :tokens) position))))
      (unless token
        (error "No feature here: give its number, or go to a token"))
      (let ((at (plist-get token :position)))
        (lucarne--asking task
            ((active "feature/activations"
                     (lucarne--asked
                      opened :sae (lucarne--sae opened) :topK 1
                      :region (list :span (list :start at :end (1+ at))))))
          (let ((items (plist-get active :items)))
            (if (seq-empty-p items) (error "No feature is active at this token"))
            (funcall continue (lucarne--in (seq-elt items 0) :feature :index))))))))

;;;; What commands are given

(defun lucarne--feature-at-point ()
  "The feature that the line is about, in a report or under `steer:'."
  (or (get-text-property (point) 'lucarne-feature)
      (save-excursion
        (beginning-of-line)
        (and (derived-mode-p 'lucarne-mode)
             (looking-at "[ \t]+\\([0-9]+\\)[ \t]*:")
             (string-to-number (match-string 1))))))

(defun lucarne--read-features (text)
  "The numbers in TEXT."
  (mapcar (lambda (word)
            (unless (string-match-p "\\`[0-9]+\\'" word)
              (user-error "%s is not a feature: expected a number, such as 123" word))
            (string-to-number word))
          (split-string text)))

(defun lucarne--read-clamps (text)
  "The clamps in TEXT, such as 123=50, as (FEATURE . VALUE)."
  (mapcar (lambda (word)
            (unless (string-match
                     "\\`\\([^=]*\\)=\\([-+]?[0-9.]+\\(?:[eE][-+]?[0-9]+\\)?\\)\\'" word)
              (user-error "%s: expected feature=value, as 123=50" word))
            (let ((value (string-to-number (match-string 2 word))))
              (cons (car (lucarne--read-features (match-string 1 word))) value)))
          (split-string (replace-regexp-in-string "[ \t]*=[ \t]*" "=" text))))

(provide 'lucarne-prompt)
;;; lucarne-prompt.el ends here
