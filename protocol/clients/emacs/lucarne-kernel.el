;;; lucarne-kernel.el --- The kernel's process and commands at work  -*- lexical-binding: t; -*-

;;; Commentary:

;; One process serves every buffer; it is started when it is first needed.  A
;; task is a command at work: it asks the kernel one thing after another for one
;; buffer, and ends when it is done, fails, is stopped, or when the buffer's
;; text is no longer the one it asked about.

;;; Code:

(require 'cl-lib)
(require 'jsonrpc)
(require 'subr-x)

(defgroup lucarne nil
  "What a model sees in pictures and prompts."
  :group 'tools
  :prefix "lucarne-")

(defcustom lucarne-command '("lucarne" "serve")
  "The kernel's command line.
To share one kernel: (\"lucarne\" \"attach\" \"--spawn\" SOCKET)."
  :type '(repeat string)
  :group 'lucarne)

(defconst lucarne--cancelled -32800
  "The code of the answer to a request that was cancelled.")

(defvar lucarne--connection nil
  "The kernel's connection while it runs.")

(defvar lucarne--generation 0
  "Counts the processes; what is known of contexts holds for one of them.")

(defvar lucarne--listeners (make-hash-table :test #'equal)
  "Functions of what comes under a progress token, by token.")

(defvar lucarne--last-token 0
  "The number of the last progress token.")

(defvar lucarne--tasks nil
  "Commands at work.")

(defvar lucarne--died nil
  "Whether the last process ended by itself.")

(defvar lucarne--closing nil
  "Whether the process is being ended on purpose.")

(cl-defstruct (lucarne--task (:constructor lucarne--task-create))
  "A command at work."
  buffer name why id reporter)

;;;; The process

(defun lucarne--live-p ()
  "Tell whether there is a kernel."
  (and lucarne--connection (jsonrpc-running-p lucarne--connection)))

(defun lucarne--notified (_connection method params)
  "Give the PARAMS of a notification METHOD to who listens."
  (when (eq method '$/progress)
    (let ((listener (gethash (plist-get params :token) lucarne--listeners)))
      (when listener
        (run-at-time 0 nil listener (plist-get params :value))))))

(defun lucarne--ended (connection)
  "Tell that the process of CONNECTION ended."
  (when (eq connection lucarne--connection)
    (setq lucarne--connection nil
          lucarne--died (not lucarne--closing))
    (unless (or lucarne--closing lucarne--tasks)
      (message "Lucarne: %s; the next command starts it again"
               (lucarne--obituary connection)))))

(defun lucarne--obituary (connection)
  "Say how the process of CONNECTION ended."
  (let ((process (jsonrpc--process connection)))
    (format "lucarne ended (%s %d)"
            (if (eq (process-get process 'lucarne-status) 'signal)
                "signal"
              "exit code")
            (or (process-get process 'lucarne-code) 0))))

(defun lucarne--watch (process)
  "Remember how PROCESS ends, which is forgotten once it is deleted."
  (add-function :before (process-sentinel process)
                (lambda (process _change)
                  (unless (process-live-p process)
                    (process-put process 'lucarne-status (process-status process))
                    (process-put process 'lucarne-code
                                 (process-exit-status process))))))

(defun lucarne--spawn ()
  "Start the process."
  (let ((command (mapcar #'identity lucarne-command)))
    (unless (executable-find (car command))
      (user-error "%s is not to be found; `lucarne-command' names the program"
                  (car command)))
    (make-process :name "lucarne" :command command :connection-type 'pipe
                  :coding 'utf-8-emacs-unix :noquery t
                  :stderr (get-buffer-create "*lucarne stderr*"))))

(defun lucarne--ensure ()
  "Return the connection, starting the process where there is none."
  (unless (lucarne--live-p)
    (setq lucarne--connection
          (make-instance 'jsonrpc-process-connection
                         :name "lucarne"
                         :process #'lucarne--spawn
                         :notification-dispatcher #'lucarne--notified
                         :on-shutdown #'lucarne--ended
                         :events-buffer-scrollback-size 0))
    (cl-incf lucarne--generation)
    (setq lucarne--died nil)
    (lucarne--watch (jsonrpc--process lucarne--connection))
    (lucarne--send "initialize"
                   (list :processId (emacs-pid) :clientInfo '(:name "emacs")
                         :capabilities (make-hash-table))
                   #'ignore #'ignore)
    (jsonrpc-notify lucarne--connection :initialized (make-hash-table)))
  lucarne--connection)

(defun lucarne--close ()
  "End the process."
  (when (lucarne--live-p)
    (let ((lucarne--closing t)
          (process (jsonrpc--process lucarne--connection)))
      (delete-process process)
      (setq lucarne--connection nil))))

(defun lucarne--send (method params done failed)
  "Send the request METHOD with PARAMS and return its id.
DONE gets the result, or FAILED the error as a plist, outside the
process filter, exactly once."
  (let ((connection lucarne--connection))
    (jsonrpc-async-request
     connection (intern method) params
     :timeout nil
     :success-fn (lambda (result) (run-at-time 0 nil done result))
     :error-fn (lambda (failure)
                 (run-at-time 0 nil
                              (lambda ()
                                (funcall failed
                                         (if (eql (plist-get failure :code) -1)
                                             (list :message
                                                   (lucarne--obituary connection))
                                           failure))))))
    (jsonrpc--next-request-id connection)))

;;;; Tasks

(defun lucarne--listen (listener)
  "Make LISTENER hear what comes under a new progress token and return that."
  (let ((token (format "emacs-%d" (cl-incf lucarne--last-token))))
    (puthash token listener lucarne--listeners)
    token))

(defun lucarne--request (task method params continue &optional partial)
  "Ask METHOD with PARAMS within TASK and go on with CONTINUE on the result.
PARTIAL gets partial results as they come."
  (let* ((progress (lucarne--listen
                    (lambda (value)
                      (funcall (lucarne--task-reporter task) task value))))
         (items (and partial
                     (lucarne--listen
                      (lambda (value)
                        (unless (lucarne--task-why task)
                          (funcall partial value))))))
         (forget (lambda ()
                   (remhash progress lucarne--listeners)
                   (remhash items lucarne--listeners))))
    (setq params (append params (list :workDoneToken progress)
                         (and items (list :partialResultToken items))))
    (setf (lucarne--task-id task)
          (lucarne--send
           method params
           (lambda (result)
             (funcall forget)
             (setf (lucarne--task-id task) nil)
             (if (lucarne--task-why task)
                 (lucarne--finish task nil)
               (lucarne--guarded task (lambda () (funcall continue result)))))
           (lambda (failure)
             (funcall forget)
             (setf (lucarne--task-id task) nil)
             (lucarne--finish task failure))))))

(defun lucarne--guarded (task body)
  "Run BODY in the buffer of TASK; the task ends where that asks nothing more."
  (condition-case failure
      (progn
        (if (buffer-live-p (lucarne--task-buffer task))
            (with-current-buffer (lucarne--task-buffer task) (funcall body))
          (setf (lucarne--task-why task) "the buffer was closed"))
        (unless (lucarne--task-id task)
          (lucarne--finish task nil)))
    (error (lucarne--finish
            task (list :message (error-message-string failure))))))

(defun lucarne--finish (task failure)
  "End TASK, telling its FAILURE or why it was stopped, if any."
  (setq lucarne--tasks (delq task lucarne--tasks))
  (funcall (lucarne--task-reporter task) task nil)
  (let ((hint (plist-get (plist-get failure :data) :hint)))
    (cond
     ((lucarne--task-why task) (message "Lucarne: %s" (lucarne--task-why task)))
     ((eql (plist-get failure :code) lucarne--cancelled)
      (message "Lucarne: cancelled"))
     (failure (message "Lucarne: %s%s" (plist-get failure :message)
                       (if hint (format " (%s)" hint) ""))))))

(defun lucarne--start (name reporter body)
  "Run BODY, a function of the task NAME, for the current buffer.
REPORTER gets the task and what `$/progress' says, nil at the end."
  (lucarne--ensure)
  (lucarne--stop-tasks "another command was given" (current-buffer))
  (let ((task (lucarne--task-create :buffer (current-buffer) :name name
                                    :reporter reporter)))
    (push task lucarne--tasks)
    (funcall reporter task (list :kind "begin" :title name))
    (lucarne--guarded task (lambda () (funcall body task)))))

(defun lucarne--stop-tasks (why &optional buffer)
  "Stop the tasks of BUFFER, or all, because of WHY; return how many."
  (let ((count 0))
    (dolist (task lucarne--tasks count)
      (when (and (not (lucarne--task-why task))
                 (or (null buffer) (eq buffer (lucarne--task-buffer task))))
        (setf (lucarne--task-why task) why)
        (cl-incf count)
        (when (and (lucarne--task-id task) (lucarne--live-p))
          (jsonrpc-notify lucarne--connection :$/cancelRequest
                          (list :id (lucarne--task-id task))))))))

(defmacro lucarne--asking (task bindings &rest body)
  "Within TASK, ask for each of BINDINGS in turn, then run BODY.
A binding is (VARIABLE METHOD PARAMS [PARTIAL])."
  (declare (indent 2) (debug (form (&rest (symbolp &rest form)) body)))
  (if (null bindings)
      `(progn ,@body)
    (pcase-let ((`(,variable ,method ,params ,partial) (car bindings)))
      `(lucarne--request ,task ,method ,params
                         (lambda (,variable)
                           (lucarne--asking ,task ,(cdr bindings) ,@body))
                         ,partial))))

(provide 'lucarne-kernel)
;;; lucarne-kernel.el ends here
