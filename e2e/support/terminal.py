"""Runs a shell command on a terminal of its own and answers its prompts: terminal.py COMMAND PROMPT ANSWER ..."""
import os
import pty
import sys

command, pairs = sys.argv[1], sys.argv[2:]
answers = {pairs[i].encode(): pairs[i + 1].encode() for i in range(0, len(pairs), 2)}
pid, terminal = pty.fork()
if pid == 0:
    os.execvp("sh", ["sh", "-c", command])
said = b""
unanswered = b""
while True:
    try:
        chunk = os.read(terminal, 4096)
    except OSError:
        break
    if not chunk:
        break
    said += chunk
    unanswered += chunk
    for prompt, answer in answers.items():
        if prompt in unanswered:
            os.write(terminal, answer + b"\n")
            unanswered = b""
            break
sys.stdout.buffer.write(said)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
