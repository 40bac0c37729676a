;;; lucarne-heat.el --- Scores of tokens as a heat map  -*- lexical-binding: t; -*-

;;; Commentary:

;; Red supports the answer, blue opposes it, in four steps each.  Also here:
;; where the kernel's ranges lie in a buffer.

;;; Code:

(require 'cl-lib)
(require 'lucarne-kernel)

(defcustom lucarne-marks 4
  "How many tokens of a line have their score behind it, the strongest first."
  :type 'natnum
  :group 'lucarne)

(defconst lucarne--steps 4
  "Steps of either colour.")

(defconst lucarne--least 0.05
  "What is weaker than this share of the strongest token is not coloured.")

(defface lucarne-supports-1
  '((((background dark)) :background "#45211b" :foreground "#f2f2f2")
    (t :background "#fddbc7" :foreground "#000000"))
  "A token that supports the answer a little."
  :group 'lucarne)

(defface lucarne-supports-2
  '((((background dark)) :background "#7a2a20" :foreground "#f2f2f2")
    (t :background "#f4a582" :foreground "#000000"))
  "A token that supports the answer."
  :group 'lucarne)

(defface lucarne-supports-3
  '((((background dark)) :background "#a3352b" :foreground "#f2f2f2")
    (t :background "#d6604d" :foreground "#000000"))
  "A token that supports the answer much."
  :group 'lucarne)

(defface lucarne-supports-4
  '((((background dark)) :background "#d6604d" :foreground "#000000")
    (t :background "#b2182b" :foreground "#ffffff"))
  "A token that supports the answer most."
  :group 'lucarne)

(defface lucarne-opposes-1
  '((((background dark)) :background "#1a2f45" :foreground "#f2f2f2")
    (t :background "#d1e5f0" :foreground "#000000"))
  "A token that opposes the answer a little."
  :group 'lucarne)

(defface lucarne-opposes-2
  '((((background dark)) :background "#1f4a73" :foreground "#f2f2f2")
    (t :background "#92c5de" :foreground "#000000"))
  "A token that opposes the answer."
  :group 'lucarne)

(defface lucarne-opposes-3
  '((((background dark)) :background "#2a6ca6" :foreground "#f2f2f2")
    (t :background "#4393c3" :foreground "#000000"))
  "A token that opposes the answer much."
  :group 'lucarne)

(defface lucarne-opposes-4
  '((((background dark)) :background "#4393c3" :foreground "#000000")
    (t :background "#2166ac" :foreground "#ffffff"))
  "A token that opposes the answer most."
  :group 'lucarne)

(defface lucarne-score '((t :inherit shadow))
  "The score behind a line."
  :group 'lucarne)

(defun lucarne--position (point)
  "The buffer position of the protocol's POINT, a line and a UTF-16 offset."
  (save-excursion
    (save-restriction
      (widen)
      (goto-char (point-min))
      (if (> (forward-line (plist-get point :line)) 0)
          (point-max)
        (let ((left (plist-get point :character)))
          (while (and (> left 0) (not (eolp)))
            (setq left (- left (if (> (char-after) #xffff) 2 1)))
            (forward-char)))
        (point)))))

(defun lucarne--region (range)
  "The buffer positions of the protocol's RANGE as (BEGIN . END)."
  (cons (lucarne--position (plist-get range :start))
        (lucarne--position (plist-get range :end))))

(defun lucarne--step (score strongest)
  "The step of SCORE against the STRONGEST, from -4 to 4."
  (let ((share (if (> strongest 0) (/ (abs score) (float strongest)) 0)))
    (if (< share lucarne--least)
        0
      (* (if (< score 0) -1 1)
         (min lucarne--steps (ceiling (* share lucarne--steps)))))))

(defun lucarne--face (step)
  "The face of STEP; nil for 0."
  (unless (zerop step)
    (intern (format "lucarne-%s-%d" (if (> step 0) "supports" "opposes")
                    (abs step)))))

(defun lucarne--clear-heat ()
  "Take the heat map away."
  (save-restriction
    (widen)
    (remove-overlays (point-min) (point-max) 'lucarne t)))

(defun lucarne--show-heat (tokens scores)
  "Colour TOKENS of prompt/open by SCORES, a table by position."
  (lucarne--clear-heat)
  (let ((strongest 0)
        (lines (make-hash-table)))
    (seq-doseq (token tokens)
      (setq strongest
            (max strongest
                 (abs (gethash (plist-get token :position) scores 0)))))
    (seq-doseq (token tokens)
      (let* ((score (gethash (plist-get token :position) scores 0))
             (face (lucarne--face (lucarne--step score strongest)))
             (region (lucarne--region (plist-get token :range))))
        (when face
          (let ((overlay (make-overlay (car region) (cdr region))))
            (overlay-put overlay 'lucarne t)
            (overlay-put overlay 'face face)
            (overlay-put overlay 'help-echo
                         (format "%S %+.4f" (plist-get token :text) score)))
          (push (list score face (plist-get token :text))
                (gethash (plist-get (plist-get (plist-get token :range) :start)
                                    :line)
                         lines)))))
    (maphash #'lucarne--annotate lines)))

(defun lucarne--write-behind (line text)
  "Write TEXT behind LINE."
  (let* ((end (save-excursion
                (goto-char (lucarne--position (list :line line :character 0)))
                (line-end-position)))
         (overlay (make-overlay end end)))
    (overlay-put overlay 'lucarne t)
    (overlay-put overlay 'after-string text)))

(defun lucarne--show-parts (opened shares)
  "Write SHARES of the parts of OPENED, as measured, behind their lines.
A picture's stands behind its line, the template's behind the
first turn's."
  (let ((lines nil) (strongest 0))
    (seq-doseq (part (plist-get opened :parts))
      (when (plist-get part :image)
        (push (cons (plist-get part :part)
                    (plist-get (plist-get (plist-get part :range) :start) :line))
              lines)))
    (save-excursion
      (save-restriction
        (widen)
        (goto-char (point-min))
        (when (re-search-forward "^@[a-z]+$" nil t)
          (push (cons "template" (1- (line-number-at-pos))) lines))))
    (setq shares (seq-filter (lambda (share)
                               (assoc (plist-get share :part) lines))
                             (append shares nil)))
    (dolist (share shares)
      (setq strongest (max strongest (abs (plist-get share :score)))))
    (dolist (share shares)
      (let* ((name (plist-get share :part)) (score (plist-get share :score))
             (face (lucarne--face (lucarne--step score strongest))))
        (lucarne--write-behind
         (cdr (assoc name lines))
         (concat "  " (propertize name 'face (or face 'lucarne-score))
                 (propertize (format " %+.2f ablated" score)
                             'face 'lucarne-score)))))))

(defun lucarne--annotate (line marked)
  "Write the scores of the strongest tokens MARKED behind LINE."
  (let* ((sorted (sort (copy-sequence marked)
                       (lambda (one other) (> (abs (car one)) (abs (car other))))))
         (text (mapconcat
                (lambda (mark)
                  (concat "  "
                          (propertize (string-trim (nth 2 mark))
                                      'face (nth 1 mark))
                          (propertize (format " %+.2f" (car mark))
                                      'face 'lucarne-score)))
                (seq-take sorted lucarne-marks) "")))
    (lucarne--write-behind line text)))

(provide 'lucarne-heat)
;;; lucarne-heat.el ends here
