"""Fields of results that are no numbers to be computed, each with the reason, and methods that have none."""

NAME = "a name that the kernel makes"
SENTENCE = "words, which the tests of AttributionSentences hold to their numbers"
PICTURE = "a picture, which the tests of Images hold to Pillow"
SHARED = "of a kernel that several clients share: Tests/Conformance/sharing.py"
JOB = "of a job in other states: the tests of jobs"
ABSENT = "not there for what is asked here"

#: By method and path; a path stands for all below it too.
ECHOES = {
    ("model/load", "model"): NAME,
    ("sae/load", "sae"): NAME,
    ("context/open", "context"): NAME,
    ("kernel/status", "unicode"): "a version",
    ("kernel/status", "models[].resizing"): "what was asked for, or the default",
    ("kernel/status", "contexts[].context"): NAME,
    ("kernel/status", "message"): ABSENT,
    ("kernel/status", "recipe"): "what the option names: Tests/Conformance/evaluating.py",
    ("kernel/status", "vision.message"): "why a worker failed: Tests/Conformance/score_kills.py",
    ("kernel/status", "queue.running"): ABSENT,
    ("kernel/status", "jobs"): JOB,
    ("kernel/status", "connections"): SHARED,
    ("prompt/open", "model"): NAME,
    ("prompt/open", "sae"): NAME,
    ("prompt/open", "front.model"): "what the file says",
    ("prompt/open", "front.sae"): "what the file says",
    ("prompt/open", "front.saeOptions"): "what the file says",
    ("prompt/open", "front.images"): "what the file says",
    ("prompt/open", "front.template"): "what the file says",
    ("prompt/open", "front.answer"): "what the file says",
    ("prompt/open", "front.baseline"): "what the file says",
    ("prompt/open", "images[].part"): NAME,
    ("prompt/open", "parts[].part"): NAME,
    ("prompt/open", "parts[].role"): "what the file says",
    ("prompt/open", "parts[].image"): "what the file says",
    ("prompt/open", "diagnostics"): "words about the file: the tests of prompt files",
    ("attribution/compute", "target.title"): SENTENCE,
    ("attribution/compute", "explanation"): SENTENCE,
    ("attribution/compute", "renderings"): PICTURE,
    ("attribution/compare", "target.title"): SENTENCE,
    ("attribution/compare", "explanation"): SENTENCE,
    ("feature/dashboard", "html"): "a page, which the tests of Reports look at",
    ("feature/render", "missing"): "of pictures that are gone: the tests of rendering",
    ("feature/examples", "items[].image.offset"): "of pictures in an archive: Tests/Conformance/index.py",
    ("feature/examples", "items[].image.length"): "of pictures in an archive: Tests/Conformance/index.py",
    ("explanation/put", "scores"): "a new explanation has none",
    ("explanation/put", "refines"): "of phrases, which explanation/refine makes",
    ("explanation/put", "record"): "questions and answers as they were: the tests of explainers",
    ("explanation/get", "items[].record"): "questions and answers as they were: the tests of explainers",
    ("explanation/list", "items[].record"): "questions and answers as they were: the tests of explainers",
    ("explanation/get", "items[].path"): "in explanation/put's answer alone",
    ("explanation/list", "items[].path"): "in explanation/put's answer alone",
    ("job/wait", "job"): NAME,
    ("job/wait", "method"): "what was asked",
    ("job/wait", "params"): "what was asked",
    ("job/wait", "progress.message"): "words",
    ("job/wait", "progress.rate"): "of a job that runs",
    ("job/wait", "progress.remainingSeconds"): "of a job that runs",
    ("job/wait", "progress.metrics"): "of a training: Tests/Conformance/train.py",
    ("job/wait", "message"): JOB,
    ("job/wait", "error"): JOB,
    ("context/generate", "recipe"): "the file that the request or the kernel names: Tests/Conformance/evaluating.py",
}

STARTED = "answers with a job's name; its result is job/wait's"
SAME = "the same Job as job/wait's"

#: Methods that nothing is asked of here.
ELSEWHERE = {
    "initialize": "what the kernel can do and its limits: Tests/Conformance/probe.py",
    "shutdown": "answers nothing",
    "rpc.discover": "the document itself",
    "context/close": "answers nothing",
    "index/close": "answers nothing",
    "prompt/check": "ranges in a file and words about it: the tests of prompt files; prompt/open's are the same",
    "session/save": "held to the contexts' tokens and pictures: Tests/Conformance/sessions.py",
    "session/export": "held to what was saved: Tests/Conformance/sessions.py",
    "session/open": "held to what was saved, and to context/open: Tests/Conformance/sessions.py",
    "index/build": STARTED,
    "index/merge": STARTED,
    "index/annotate": STARTED,
    "explanation/generate": STARTED,
    "explanation/refine": STARTED,
    "explanation/dissect": STARTED,
    "explanation/score": STARTED,
    "evaluation/run": STARTED,
    "evaluation/judge": STARTED,
    "evaluation/report": "counted again from the files: Tests/Conformance/evaluating.py",
    "steering/search": STARTED,
    "sae/train": STARTED,
    "sae/check": STARTED,
    "job/list": SAME,
    "job/get": SAME,
    "job/cancel": SAME,
    "job/pause": SAME,
    "job/resume": SAME,
    "job/log": "lines of words",
}
