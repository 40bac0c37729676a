;;; lucarne-tests.el --- The package against a real kernel  -*- lexical-binding: t; -*-

;;; Commentary:

;; emacs -Q --batch -L .. -l lucarne-tests.el -f ert-run-tests-batch-and-exit, with
;; LUCARNE naming the program and LUCARNE_FOLDER a folder with a picture, map.png.

;;; Code:

(require 'ert)
(require 'lucarne)
(require 'text-property-search)

(defconst lucarne-tests-folder
  (file-name-as-directory (getenv "LUCARNE_FOLDER")))

(setq lucarne-command (list (getenv "LUCARNE") "serve"))

(defconst lucarne-tests-question
  "---\nimages:\n  map: map.png\n---\n@user\n![map]\nDoes the image show Bolivia?\n")

(defvar lucarne-tests-messages nil)

(defun lucarne-tests-note (format &rest values)
  (when format
    (push (apply #'format-message format values) lucarne-tests-messages)))

(defun lucarne-tests-wait (what condition)
  (let ((end (+ (float-time) 60)))
    (while (not (funcall condition))
      (when (> (float-time) end) (error "Waited in vain for %s" what))
      (accept-process-output nil 0.01))))

(defun lucarne-tests-idle ()
  (lucarne-tests-wait "the command" (lambda () (null lucarne--tasks))))

(defun lucarne-tests-said (text)
  (seq-some (lambda (message) (string-match-p (regexp-quote text) message))
            lucarne-tests-messages))

(defun lucarne-tests-report ()
  (with-current-buffer "*lucarne*" (buffer-string)))

(defun lucarne-tests-ask (method &rest params)
  (lucarne--ensure)
  (let (answer)
    (lucarne--send method params (lambda (result) (setq answer (list t result)))
                   (lambda (failure) (setq answer (list nil failure))))
    (lucarne-tests-wait method (lambda () answer))
    (unless (car answer) (error "%s: %S" method (cadr answer)))
    (cadr answer)))

(defun lucarne-tests-open ()
  (apply #'lucarne-tests-ask "prompt/open" (lucarne--params)))

(defmacro lucarne-tests-with (text &rest body)
  (declare (indent 1))
  `(cl-letf (((symbol-function 'message) #'lucarne-tests-note))
     (setq lucarne-tests-messages nil)
     ;; `with-temp-buffer' would leave the buffer's hooks out.
     (with-current-buffer (generate-new-buffer "prompt.lucarne")
       (unwind-protect
           (progn (setq default-directory lucarne-tests-folder)
                  (insert ,text)
                  (let ((lucarne-check nil)) (lucarne-mode))
                  ,@body)
         (set-buffer-modified-p nil)
         (kill-buffer)))))

(defun lucarne-tests-front (line)
  "The question with LINE in its front matter."
  (replace-regexp-in-string "\\`---\n" (concat "---\n" line "\n")
                            lucarne-tests-question))

(defun lucarne-tests-colours ()
  (seq-filter (lambda (overlay) (and (overlay-get overlay 'lucarne)
                                     (overlay-get overlay 'face)))
              (overlays-in (point-min) (point-max))))

(defun lucarne-tests-scores (opened)
  "The scores of OPENED's tokens by position, from the kernel."
  (let ((scores (make-hash-table)))
    (seq-doseq (item (plist-get
                      (lucarne-tests-ask
                       "attribution/compute" :context (plist-get opened :context)
                       :sae (plist-get opened :sae) :method "heldNorms"
                       :aggregate "token" :topK 100000
                       :target '(:kind "logitDiff" :answer (:text "Yes")
                                 :baseline (:text "No")))
                      :items))
      (puthash (plist-get item :position) (plist-get item :score) scores))
    scores))

(defun lucarne-tests-block ()
  "Keep the engine at work; return a function that ends that."
  (let* ((opened (lucarne-tests-open)) done
         (id (lucarne--send
              "attribution/compute"
              (list :context (plist-get opened :context)
                    :sae (plist-get opened :sae) :method "ablation" :topK 4096
                    :target '(:kind "logitDiff" :answer (:text "Yes")
                              :baseline (:text "No")))
              (lambda (_) (setq done t)) (lambda (_) (setq done t)))))
    (lucarne-tests-wait
     "the engine"
     (lambda () (lucarne--in (lucarne-tests-ask "kernel/status") :queue :running)))
    (lambda ()
      (should-not done)
      (jsonrpc-notify lucarne--connection :$/cancelRequest (list :id id))
      (lucarne-tests-wait "the engine" (lambda () done)))))

(ert-deftest lucarne-generates-what-the-kernel-generates ()
  (lucarne-tests-with lucarne-tests-question
    (lucarne-generate)
    (lucarne-tests-idle)
    (should (equal (plist-get (lucarne-tests-ask
                               "context/generate" :maxTokens 8
                               :context (plist-get (lucarne-tests-open) :context))
                              :text)
                   "Yes"))
    (should (equal (lucarne-tests-report) "answer\nYes\n"))))

(ert-deftest lucarne-writes-the-answer-as-a-turn ()
  (lucarne-tests-with lucarne-tests-question
    (lucarne-generate t)
    (lucarne-tests-idle)
    (should (string-suffix-p "show Bolivia?\n@assistant\nYes\n" (buffer-string))))
  (lucarne-tests-with (concat lucarne-tests-question "@assistant\n")
    (lucarne-generate t)
    (lucarne-tests-idle)
    (should (string-suffix-p "show Bolivia?\n@assistant\nYes\n" (buffer-string)))))

(ert-deftest lucarne-writes-what-the-file-would-read-otherwise-as-text ()
  (lucarne-tests-with "a\n@assistant\nIt is\n"
    (lucarne--insert-answer " ![so]\n@user")
    (should (equal (buffer-string) "a\n@assistant\nIt is !![so]\n@@user\n")))
  (lucarne-tests-with "a\n\n"
    (lucarne--insert-answer "@user")
    (should (equal (buffer-string) "a\n@assistant\n@@user\n"))))

(ert-deftest lucarne-colours-tokens-by-the-kernels-scores ()
  (lucarne-tests-with lucarne-tests-question
    (lucarne-attribute "Yes" "No")
    (lucarne-tests-idle)
    (let* ((opened (lucarne-tests-open))
           (scores (lucarne-tests-scores opened))
           (strongest 0.0) expected)
      (seq-doseq (token (plist-get opened :tokens))
        (setq strongest (max strongest
                             (abs (gethash (plist-get token :position) scores)))))
      (seq-doseq (token (plist-get opened :tokens))
        (let ((share (/ (gethash (plist-get token :position) scores) strongest)))
          (when (>= (abs share) 0.05)
            (push (list (plist-get token :text)
                        (intern (format "lucarne-%s-%d"
                                        (if (> share 0) "supports" "opposes")
                                        (ceiling (* 4 (abs share))))))
                  expected))))
      (should expected)
      (should (equal (sort (mapcar #'prin1-to-string expected) #'string<)
                     (sort (mapcar
                            (lambda (overlay)
                              (prin1-to-string
                               (list (buffer-substring (overlay-start overlay)
                                                       (overlay-end overlay))
                                     (overlay-get overlay 'face))))
                            (lucarne-tests-colours))
                           #'string<))))
    (should (seq-some (lambda (overlay) (overlay-get overlay 'after-string))
                      (overlays-in (point-min) (point-max))))
    (let ((report (lucarne-tests-report)))
      (should (string-prefix-p "logit(\"Yes\") − logit(\"No\"): +3." report))
      (should (string-match-p "^ +182 +\\+" report))
      (lucarne-tests-attribution report)
      (should (string-match "^picture: \\(.*\\.png\\)$" report))
      (let ((file (match-string 1 report)))
        (should (equal (with-temp-buffer
                         (set-buffer-multibyte nil)
                         (insert-file-contents-literally file nil 0 4)
                         (buffer-string))
                       "\211PNG"))
        (delete-file file)))))

(defun lucarne-tests-attribution (report)
  "Hold REPORT and what stands behind the lines to the kernel's numbers."
  (let* ((opened (lucarne-tests-open))
         (target '(:kind "logitDiff" :answer (:text "Yes") :baseline (:text "No")))
         (asked (list :context (plist-get opened :context)
                      :sae (plist-get opened :sae)))
         (whole (apply #'lucarne-tests-ask "attribution/compute"
                       :aggregate "feature" :topK lucarne-features :target target
                       asked))
         (active (plist-get
                  (apply #'lucarne-tests-ask "feature/activations" :topK 2048
                         :region '(:part "map") asked)
                  :items))
         (exact (seq-elt
                 (plist-get
                  (apply #'lucarne-tests-ask "ablation/run"
                         :targets (vector target) :splice '(:errorTerm "keep")
                         :interventions
                         (vconcat (mapcar (lambda (item)
                                            (list :op "zero" :at [(:part "map")]
                                                  :feature (plist-get item :feature)))
                                          active))
                         asked)
                  :targets)
                 0))
         (behind (mapconcat (lambda (overlay)
                              (or (overlay-get overlay 'after-string) ""))
                            (overlays-in (point-min) (point-max)) "")))
    (seq-doseq (part (plist-get whole :byPart))
      (let ((name (plist-get part :part)) (score (plist-get part :score)))
        (should (string-match-p
                 (concat "^  " name " +" (regexp-quote (format "%+.3f" score)) "$")
                 report))
        ;; The picture's share is what the target loses without its features.
        (when (equal name "map")
          (should (< (abs (- (plist-get exact :before) (plist-get exact :after)
                             score))
                     1e-3)))
        (when (member name '("map" "template"))
          (should (string-search (format "%s %+.2f ablated" name score) behind)))))
    (seq-doseq (sentence (lucarne--in whole :explanation :sentences))
      (should (string-search sentence report)))
    (should (eq (and (string-search "(scores not reliable)" report) t)
                (and (lucarne--in whole :verification :notReliable) t)))
    (should-not (string-search "unexplained" report))
    (let ((opposes (string-match "^opposes " report)))
      (should (< (string-match "^supports " report) opposes
                 (string-match "^parts, by ablation$" report)))
      (seq-doseq (item (plist-get whole :items))
        (let* ((exact (plist-get item :measured))
               (at (string-match
                    (regexp-quote
                     (format "\n%8d %+7.3f %8s " (lucarne--in item :feature :index)
                             (plist-get item :score)
                             (if exact (format "%+.3f" exact) "")))
                    report)))
          (should at)
          (should (eq (> at opposes) (< (or exact (plist-get item :score)) 0))))))
    (should (> (seq-count (lambda (item) (plist-get item :measured))
                          (plist-get whole :items))
               3))))

(ert-deftest lucarne-compares-with-the-runner-up-or-the-front-matters ()
  (lucarne-tests-with lucarne-tests-question
    (lucarne-attribute)
    (lucarne-tests-idle)
    (should (string-prefix-p "logit(\"Yes\") − logit(\"No\")"
                             (lucarne-tests-report))))
  (lucarne-tests-with (lucarne-tests-front "answer: \" Yes\"")
    (lucarne-attribute)
    (lucarne-tests-idle)
    (should (string-prefix-p "logit(\" Yes\") − logit(\"No\")"
                             (lucarne-tests-report))))
  (lucarne-tests-with (lucarne-tests-front "answer: \"No\"\nbaseline: \"Yes\"")
    (lucarne-attribute)
    (lucarne-tests-idle)
    (should (string-prefix-p "logit(\"No\") − logit(\"Yes\")"
                             (lucarne-tests-report)))))

(ert-deftest lucarne-finds-tokens-behind-letters-of-two-units ()
  (lucarne-tests-with "@user\nÄ 🐟🐟 fish: is there a red fish?\nIs it 🐟 blue?\n"
    (let ((checked 0))
      (seq-doseq (token (plist-get (lucarne-tests-open) :tokens))
        (let ((region (lucarne--region (plist-get token :range)))
              (text (plist-get token :text)))
          (unless (or (string-match-p "\ufffd" text) (< (length text) 2))
            (should (equal (buffer-substring (car region) (cdr region)) text))
            (cl-incf checked))))
      (should (>= checked 6)))))

(ert-deftest lucarne-shows-progress-and-the-answer-as-it-comes ()
  (lucarne-tests-with lucarne-tests-question
    (let ((request (symbol-function 'lucarne--request)) seen)
      (cl-letf (((symbol-function 'lucarne--request)
                 (lambda (task method params continue &optional partial)
                   ;; The world answers too soon to tell any of this itself.
                   (when (equal method "context/generate")
                     (funcall (lucarne--task-reporter task) task
                              '(:kind "begin" :title "generation" :percentage 10))
                     (push lucarne--progress seen)
                     (funcall partial '(:tokens [(:text "Wh") (:text "at")]))
                     (funcall partial '(:tokens [(:text "?")]))
                     (push (lucarne-tests-report) seen))
                   (funcall request task method params continue partial))))
        (lucarne-generate)
        (lucarne-tests-idle))
      (should (equal (reverse seen) '(" generation 10%%" "answer …\nWhat?\n")))
      (should-not lucarne--progress)
      (should (equal (lucarne-tests-report) "answer\nYes\n")))))

(ert-deftest lucarne-tells-what-the-kernel-cannot-read ()
  (lucarne-tests-with (concat lucarne-tests-question "\377")
    (lucarne-generate)
    (lucarne-tests-idle)
    (should lucarne-tests-messages)))

(ert-deftest lucarne-shows-pictures-inline-where-it-can ()
  (lucarne-tests-with lucarne-tests-question
    (cl-letf (((symbol-function 'display-graphic-p) #'always)
              ((symbol-function 'image-type-available-p) #'always)
              ((symbol-function 'create-image)
               (lambda (data type &rest _) (list 'image :type type :data data))))
      (lucarne-attribute)
      (lucarne-tests-idle))
    (with-current-buffer "*lucarne*"
      (goto-char (point-min))
      (let* ((found (text-property-search-forward 'display nil nil t))
             (image (prop-match-value found)))
        (should (eq (image-property image :type) 'png))
        (should (string-prefix-p "\211PNG" (image-property image :data)))))))

(ert-deftest lucarne-steers-the-answer ()
  (lucarne-tests-with lucarne-tests-question
    (lucarne-steer "182 = 0")
    (lucarne-tests-idle)
    (should (string-match-p "^steered +No$" (lucarne-tests-report)))
    (should (string-match-p "^plain +Yes$" (lucarne-tests-report))))
  (lucarne-tests-with (lucarne-tests-front "steer:\n  182: 0")
    (lucarne-steer)
    (lucarne-tests-idle)
    (should (string-match-p "^steered +No$" (lucarne-tests-report)))))

(ert-deftest lucarne-refuses-what-is-no-feature ()
  (lucarne-tests-with lucarne-tests-question
    (should-error (lucarne-steer "18x=0") :type 'user-error)
    (lucarne-steer "")
    (lucarne-tests-idle)
    (should (lucarne-tests-said "Nothing to steer"))
    (lucarne-explain 999999)
    (lucarne-tests-idle)
    (should (lucarne-tests-said "999999"))))

(ert-deftest lucarne-explains-a-feature-by-number-and-at-point ()
  (lucarne-tests-with lucarne-tests-question
    (lucarne-explain 929)
    (lucarne-tests-idle)
    (should (string-prefix-p "feature 929\nred (colour)" (lucarne-tests-report)))
    (should (string-match-p "^exemplars" (lucarne-tests-report)))
    (search-backward "image")
    (call-interactively #'lucarne-explain)
    (lucarne-tests-idle)
    (should (string-prefix-p "feature " (lucarne-tests-report)))
    (should-not (string-prefix-p "feature 929" (lucarne-tests-report)))
    (with-current-buffer "*lucarne*"
      (goto-char (point-min))
      (re-search-forward "^ +\\([0-9]+\\)  0\\.")
      (let ((neighbour (match-string 1)))
        (call-interactively #'lucarne-explain)
        (lucarne-tests-idle)
        (should (string-prefix-p (concat "feature " neighbour)
                                 (lucarne-tests-report))))))
  (lucarne-tests-with (lucarne-tests-front "steer:\n  929: 0")
    (goto-char (point-min))
    (search-forward "929")
    (call-interactively #'lucarne-explain)
    (lucarne-tests-idle)
    (should (string-prefix-p "feature 929" (lucarne-tests-report)))))

(ert-deftest lucarne-ablates-a-feature ()
  (lucarne-tests-with lucarne-tests-question
    (lucarne-ablate "182")
    (lucarne-tests-idle)
    (should (string-match-p "\"Yes\" against \"No\": \\+3.*, without -2"
                            (lucarne-tests-report)))))

(ert-deftest lucarne-stops-what-waits ()
  (lucarne-tests-with lucarne-tests-question
    (let ((release (lucarne-tests-block)))
      (lucarne-attribute)
      (accept-process-output nil 0.05)
      (lucarne-stop)
      (lucarne-tests-idle)
      (should (lucarne-tests-said "stopped"))
      (should-not (lucarne-tests-colours))
      (funcall release)
      (lucarne-stop)
      (should (lucarne-tests-said "nothing runs")))))

(ert-deftest lucarne-drops-results-of-a-text-that-has-changed ()
  (lucarne-tests-with lucarne-tests-question
    (lucarne-attribute)
    (lucarne-tests-idle)
    (should (lucarne-tests-colours))
    (goto-char (point-max))
    (search-backward "Bolivia")
    (replace-match "Brazil")
    (should-not (lucarne-tests-colours))
    (let ((release (lucarne-tests-block)))
      (lucarne-attribute)
      (accept-process-output nil 0.05)
      (insert "?")
      (lucarne-tests-idle)
      (should (lucarne-tests-said "changed"))
      (should-not (lucarne-tests-colours))
      (funcall release))))

(ert-deftest lucarne-marks-what-is-wrong-with-the-front-matter ()
  (lucarne-tests-with "---\n# a comment\ntemplte: none\n---\n@user\nIs there a fish?\n"
    (flymake-mode 1)
    (flymake-start)
    (lucarne-tests-wait "the diagnostics" #'flymake-diagnostics)
    (let ((found (car (flymake-diagnostics))))
      (should (= (line-number-at-pos (flymake-diagnostic-beg found)) 3))
      (should (string-match-p "templte" (flymake-diagnostic-text found))))))

(ert-deftest lucarne-tells-an-image-that-is-not-there ()
  (lucarne-tests-with
      "---\nimages:\n  gone: gone.png\n---\n@user\n![gone]\nIs there a fish?\n"
    (lucarne-generate)
    (lucarne-tests-idle)
    (should (lucarne-tests-said "gone"))))

(ert-deftest lucarne-tells-the-process-death-and-starts-it-again ()
  (lucarne-tests-with lucarne-tests-question
    (lucarne-generate)
    (lucarne-tests-idle)
    (let ((first (process-id (jsonrpc--process lucarne--connection))))
      (signal-process first 9)
      (lucarne-tests-wait "the end"
                          (lambda () (lucarne-tests-said "lucarne ended (signal 9)")))
      (let ((reported 'nothing))
        (lucarne--diagnose (lambda (found) (setq reported found)))
        (should-not reported)
        (should-not (lucarne--live-p)))
      (lucarne-generate)
      (lucarne-tests-idle)
      (should-not (= first (process-id (jsonrpc--process lucarne--connection))))
      (should (equal (lucarne-tests-report) "answer\nYes\n")))
    (lucarne-tests-block)
    (setq lucarne-tests-messages nil)
    (lucarne-attribute)
    (signal-process (process-id (jsonrpc--process lucarne--connection)) 9)
    (lucarne-tests-idle)
    (should (lucarne-tests-said "lucarne ended (signal 9)"))
    (lucarne-status)
    (lucarne-tests-idle)
    (should (string-prefix-p "lucarne: ok" (lucarne-tests-report)))))

(ert-deftest lucarne-says-so-where-the-program-is-missing ()
  (lucarne-tests-with lucarne-tests-question
    (lucarne--close)
    (let ((lucarne-command '("lucarne-is-not-here" "serve")))
      (should-error (lucarne-generate) :type 'user-error))
    (lucarne-generate)
    (lucarne-tests-idle)
    (should (equal (lucarne-tests-report) "answer\nYes\n"))))

(ert-deftest lucarne-closes-the-contexts-of-texts-that-are-gone ()
  (lucarne--close)
  (lucarne-tests-with lucarne-tests-question
    (dotimes (count 4)
      (goto-char (point-max))
      (insert (format "Is there a house? %d\n" count))
      (lucarne-generate)
      (lucarne-tests-idle))
    (should (= (length (plist-get (lucarne-tests-ask "kernel/status") :contexts)) 1)))
  (lucarne-tests-wait
   "the context"
   (lambda () (seq-empty-p (plist-get (lucarne-tests-ask "kernel/status") :contexts)))))

(ert-deftest lucarne-colours-the-syntax-of-prompt-files ()
  (lucarne-tests-with (concat lucarne-tests-question "# no comment\nmodel: no key\n")
    (font-lock-ensure)
    (let ((face (lambda (text)
                  (goto-char (point-min))
                  (search-forward text)
                  (get-text-property (match-beginning 0) 'face))))
      (should (eq (funcall face "images") 'font-lock-keyword-face))
      (should (eq (funcall face "@user") 'font-lock-function-name-face))
      (should (eq (funcall face "![map]") 'font-lock-type-face))
      (should-not (funcall face "# no comment"))
      (should-not (funcall face "model: no key")))))

(ert-deftest lucarne-opens-prompt-files-in-its-mode ()
  (should (eq (assoc-default "question.lucarne" auto-mode-alist #'string-match-p)
              'lucarne-mode)))

(provide 'lucarne-tests)
;;; lucarne-tests.el ends here
