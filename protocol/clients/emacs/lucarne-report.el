;;; lucarne-report.el --- Results to read  -*- lexical-binding: t; -*-

;;; Commentary:

;; The buffer *lucarne*: text, features that can be asked about, pictures where
;; the display has them.

;;; Code:

(require 'cl-lib)
(require 'button)
(require 'image)
(require 'seq)
(require 'lucarne-kernel)

(declare-function lucarne-explain "lucarne")

(defcustom lucarne-viewer nil
  "What opens a picture where Emacs cannot show it: a command line.
Nil: nothing does, the report names the file."
  :type '(choice (const :tag "Nothing" nil) (repeat string))
  :group 'lucarne)

(defvar lucarne-report-mode-map
  (let ((map (make-sparse-keymap)))
    (define-key map (kbd "RET") #'lucarne-explain)
    map)
  "Keys of reports.")

(define-derived-mode lucarne-report-mode special-mode "Lucarne"
  "Results of Lucarne's commands; \\[lucarne-explain] explains the line's feature."
  (setq truncate-lines nil)
  (setq-local word-wrap t))

(defmacro lucarne--with-report (prompt title &rest body)
  "Show a report with TITLE that belongs to the buffer PROMPT, written by BODY."
  (declare (indent 2) (debug t))
  (let ((source (make-symbol "source")))
    `(let ((,source ,prompt))
       (with-current-buffer (get-buffer-create "*lucarne*")
         (unless (derived-mode-p 'lucarne-report-mode) (lucarne-report-mode))
         (setq-local lucarne--source ,source)
         (let ((inhibit-read-only t))
           (erase-buffer)
           (insert (propertize (concat ,title "\n") 'face 'bold))
           ,@body
           (goto-char (point-min)))
         (display-buffer (current-buffer))))))

(defvar-local lucarne--source nil
  "The prompt that a report is about.")

(defun lucarne--quoted (text)
  "TEXT as a JSON string."
  (decode-coding-string (json-serialize text) 'utf-8))

(defun lucarne--line (feature format &rest values)
  "Insert a line about FEATURE, or nil: VALUES by FORMAT."
  (insert (propertize (concat (apply #'format format values) "\n")
                      'lucarne-feature feature)))

(defun lucarne--words (effects count)
  "The first COUNT tokens of EFFECTS."
  (mapconcat (lambda (effect) (lucarne--quoted (plist-get effect :text)))
             (seq-take effects count) " "))

(defun lucarne--label (info)
  "What the feature of INFO is called: its explanation, or its top tokens."
  (or (plist-get (plist-get info :explanation) :text)
      (concat "raises "
              (lucarne--words
               ;; Parts of letters say nothing.
               (seq-remove (lambda (effect)
                             (string-search "\ufffd" (plist-get effect :text)))
                           (lucarne--in info :logits :promoted))
               3))))

(defun lucarne--in (plist &rest path)
  "The member of PLIST at the end of PATH."
  (seq-reduce #'plist-get path plist))

(defun lucarne--insert-picture (rendering)
  "Insert the PNG of RENDERING, or the name of the file it is written to."
  (let ((data (base64-decode-string (plist-get rendering :base64))))
    (insert "\n")
    (if (and (display-graphic-p) (image-type-available-p 'png))
        (insert-image (create-image data 'png t :max-width 640)
                      (or (plist-get rendering :name) "picture"))
      (let ((file (make-temp-file "lucarne-" nil ".png"))
            (coding-system-for-write 'binary))
        (write-region data nil file nil 'silent)
        (insert "picture: ")
        (insert-text-button file 'action (lambda (_) (find-file file))
                            'follow-link t)
        (when lucarne-viewer
          (apply #'start-process "lucarne-viewer" nil
                 (append lucarne-viewer (list file))))))
    (insert "\n")))

(defun lucarne--insert-pictures (renderings)
  "Insert the pictures among RENDERINGS."
  (seq-doseq (rendering renderings)
    (when (equal (plist-get rendering :mimeType) "image/png")
      (lucarne--insert-picture rendering))))

(defun lucarne--show-answer (prompt title text)
  "Show TEXT as the answer to PROMPT under TITLE."
  (lucarne--with-report prompt title (insert text "\n")))

(defun lucarne--signed (value)
  "VALUE with its sign; what rounds to nothing has none."
  (let ((text (format "%+.3f" value)))
    (if (member text '("+0.000" "-0.000")) "0.000" text)))

(defun lucarne--insert-side (name sign items measured labels)
  "Insert those of ITEMS with SIGN under NAME, with LABELS.
Signs are those of what was MEASURED, or else of the score."
  (setq items (seq-filter
               (lambda (item)
                 (> (* sign (or (plist-get item :measured)
                                (gethash (lucarne--in item :feature :index) measured)
                                (plist-get item :score)))
                    0))
               items))
  (when items
    (insert (format "\n%-8s   score measured  active\n" name))
    (dolist (item items)
      (let* ((index (lucarne--in item :feature :index))
             (exact (or (plist-get item :measured) (gethash index measured))))
        (lucarne--line index "%8d %+7.3f %8s %7.1f  %s" index
                       (plist-get item :score)
                       (if exact (lucarne--signed exact) "")
                       (or (plist-get item :activation) 0)
                       (gethash index labels ""))))))

(defun lucarne--insert-parts (found)
  "Insert what the parts of FOUND contribute, and the sums they add up in."
  (when-let ((identity (plist-get found :identity)))
    (insert (format "\nparts, by %s\n" (plist-get identity :method)))
    (seq-doseq (part (plist-get found :byPart))
      (insert (format "  %-12s %s\n" (plist-get part :part)
                      (lucarne--signed (plist-get part :score)))))
    (insert (format "  %-12s %s\n  %-12s %s\n" "interaction"
                    (lucarne--signed (plist-get identity :interaction)) "together"
                    (lucarne--signed (plist-get identity :features)))
            (format "%s = start %s, together %s, gap %s\n"
                    (lucarne--signed (plist-get identity :target))
                    (lucarne--signed (plist-get identity :start))
                    (lucarne--signed (plist-get identity :features))
                    (lucarne--signed (plist-get identity :gap))))))

(defun lucarne--show-attribution (prompt found labels renderings)
  "Show what was FOUND for PROMPT, with LABELS and RENDERINGS.
The sentences are the kernel's own."
  (let ((items (append (plist-get found :items) nil))
        (verification (plist-get found :verification))
        (measured (make-hash-table)))
    (seq-doseq (item (plist-get verification :items))
      (when (plist-get item :feature)
        (puthash (lucarne--in item :feature :index) (plist-get item :measured)
                 measured)))
    (lucarne--with-report prompt
        (format "%s: %s%s" (lucarne--in found :explanation :title)
                (lucarne--signed (lucarne--in found :target :value))
                (if (plist-get verification :notReliable)
                    " (scores not reliable)"
                  ""))
      (seq-doseq (sentence (lucarne--in found :explanation :sentences))
        (insert sentence "\n"))
      (lucarne--insert-side "supports" 1 items measured labels)
      (lucarne--insert-side "opposes" -1 items measured labels)
      (lucarne--insert-parts found)
      (lucarne--insert-pictures renderings))))

(defun lucarne--show-steering (prompt clamps result)
  "Show the RESULT of steering PROMPT by CLAMPS."
  (lucarne--with-report prompt
      (concat "steered "
              (mapconcat (lambda (clamp) (format "%d=%g" (car clamp) (cdr clamp)))
                         clamps " "))
    (seq-doseq (output (plist-get result :outputs))
      (lucarne--line nil "%-8s %s" (plist-get output :name)
                     (plist-get output :text)))
    (let ((receipt (plist-get result :receipt)))
      (lucarne--line nil "\n%d positions changed by %.2f on average"
                     (plist-get receipt :positions) (plist-get receipt :meanNorm))
      (unless (zerop (plist-get receipt :dropped))
        (lucarne--line nil "%d interventions were lost"
                       (plist-get receipt :dropped))))))

(defun lucarne--show-ablation (prompt pair features result)
  "Show the RESULT for PAIR of PROMPT without FEATURES."
  (lucarne--with-report prompt
      (concat "without " (mapconcat #'number-to-string features " "))
    (let ((values (seq-elt (plist-get result :targets) 0)))
      (lucarne--line nil "%s against %s: %+.3f, without %+.3f (KL %.3f)\n"
                     (lucarne--quoted (plist-get pair :answer))
                     (lucarne--quoted (plist-get pair :baseline))
                     (plist-get values :before) (plist-get values :after)
                     (plist-get result :kl)))
    (insert "token                before   after\n")
    (seq-doseq (change (plist-get result :topChanges))
      (lucarne--line nil "%-18s %7.2f%% %6.2f%%"
                     (lucarne--quoted (plist-get change :text))
                     (* 100 (plist-get change :before))
                     (* 100 (plist-get change :after))))))

(defun lucarne--exemplar (item)
  "ITEM of feature/examples as a line."
  (let ((active (mapcar (lambda (place) (plist-get place :position))
                        (plist-get item :positions)))
        (tokens (plist-get item :tokens))
        (grid (lucarne--in item :image :grid)))
    (format "  %s: %s" (plist-get item :name)
            (if tokens
                (mapconcat #'identity
                           (seq-map-indexed
                            (lambda (token number)
                              (format (if (memq number active) "«%s»" "%s")
                                      token))
                            tokens)
                           "")
              (format "active at %d of %d places" (length active)
                      (* (seq-elt grid 0) (seq-elt grid 1)))))))

(defun lucarne--show-feature (prompt index info examples renderings)
  "Show the feature INDEX of PROMPT: INFO, EXAMPLES or nil, RENDERINGS."
  (lucarne--with-report prompt (format "feature %d" index)
    (let ((explanation (plist-get info :explanation))
          (stats (plist-get info :stats)))
      (lucarne--line index "%s%s%s"
                     (or (plist-get explanation :text) "not explained")
                     (if (plist-get explanation :author)
                         (format " (%s)" (plist-get explanation :author))
                       "")
                     (if (plist-get explanation :score)
                         (format ", score %.2f" (plist-get explanation :score))
                       ""))
      (when (plist-get stats :frequency)
        (lucarne--line
         nil "active at %.2f%% of places, %.1f on average, %.1f at most"
         (* 100 (plist-get stats :frequency)) (or (plist-get stats :mean) 0)
         (or (plist-get stats :max) 0))))
    (lucarne--line nil "raises   %s"
                   (lucarne--words (lucarne--in info :logits :promoted) 8))
    (lucarne--line nil "lowers   %s"
                   (lucarne--words (lucarne--in info :logits :suppressed) 8))
    (insert "\nneighbours\n")
    (seq-doseq (neighbour (seq-take (plist-get info :neighbours) 5))
      (let ((other (lucarne--in neighbour :feature :index)))
        (lucarne--line other "%7d  %.2f" other (plist-get neighbour :cosine))))
    (when (and examples (> (length (plist-get examples :items)) 0))
      (lucarne--line nil "\nexemplars (%s)" (plist-get examples :view))
      (seq-doseq (item (plist-get examples :items))
        (insert (lucarne--exemplar item) "\n")))
    (lucarne--insert-pictures renderings)))

(defun lucarne--show-status (prompt status pid)
  "Show STATUS of the kernel with the process PID; PROMPT as everywhere."
  (lucarne--with-report prompt
      (format "lucarne: %s, process %s" (plist-get status :health) pid)
    (seq-doseq (model (plist-get status :models))
      (lucarne--line nil "model    %s: %s, %s" (plist-get model :model)
                     (plist-get model :architecture) (plist-get model :path)))
    (seq-doseq (sae (plist-get status :saes))
      (lucarne--line nil "features %s: %d at %s, %s" (plist-get sae :sae)
                     (plist-get sae :latents) (plist-get sae :site)
                     (plist-get sae :path)))
    (seq-doseq (context (plist-get status :contexts))
      (lucarne--line nil "context  %s: %d tokens" (plist-get context :context)
                     (plist-get context :tokenCount)))
    (lucarne--line nil "queue    %s, %d waiting"
                   (or (lucarne--in status :queue :running) "idle")
                   (lucarne--in status :queue :waiting))
    (lucarne--line nil "memory   %d of %d MiB"
                   (ceiling (lucarne--in status :memory :used) 1048576)
                   (floor (lucarne--in status :memory :limit) 1048576))))

(provide 'lucarne-report)
;;; lucarne-report.el ends here
