"""A client from scratch: python3 client.py PICTURE QUESTION COMMAND…"""

import json
import subprocess
import sys

picture, question, *command = sys.argv[1:]
kernel = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
last = 0


def send(message):
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    kernel.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
    kernel.stdin.flush()


def receive():
    length = 0
    while (line := kernel.stdout.readline().strip()):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return json.loads(kernel.stdout.read(length)) if length else sys.exit("the kernel ended")


def ask(name, /, **params):
    global last
    last += 1
    send({"id": last, "method": name, "params": params})
    while (answer := receive()).get("id") != last:  # Notifications, such as $/progress.
        print(answer["method"], file=sys.stderr)
    return answer["result"] if "error" not in answer else sys.exit(answer["error"]["message"])


ask("initialize", clientInfo={"name": "minimal"}, capabilities={})
context = ask("context/open", parts=[{"id": "picture", "image": {"path": picture}}, {"text": question}])["context"]
print(ask("context/generate", context=context, maxTokens=16)["text"])
target = {"kind": "logitDiff", "answer": {"text": "Yes"}, "baseline": {"text": "No"}}
sae = ask("kernel/status")["saes"][0]["sae"]
found = ask("attribution/compute", context=context, sae=sae, target=target, aggregate="feature", topK=1, method="gradient")
print(found["items"][0]["feature"]["index"])
ask("shutdown")
send({"method": "exit"})
sys.exit(kernel.wait())
