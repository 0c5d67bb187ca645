"""The command, in processes forked from one that has imported everything: each takes milliseconds.

So it can be tried on hundreds of broken inputs. The processes are as real as those of a shell: with
standard streams, limits and an exit code of their own, and they can be killed.
"""

import json
import os
import resource
import signal
import subprocess
import sys
import time
import traceback
from pathlib import Path


class Command:
    """The command; `start` and `wait` are the two halves of `run`."""

    def __init__(self):
        self.server = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, *request):
        """Have the server do something."""
        self.server.stdin.write(json.dumps(request) + "\n")
        self.server.stdin.flush()
        return json.loads(self.server.stdout.readline())

    def start(
        self,
        *arguments,
        stdin=os.devnull,
        out="OUT",
        err="ERR",
        largest=None,
        user=None,
        threads=None,
        audit=None,
    ):
        """Start it in the current folder, and return its process id.

        The streams are names of files, or None for one that is closed; `largest` is the size that
        a file may have, `user` the id of the user who runs it, `threads` how many all processes of
        this user may have, `audit` a file for what the interpreter does.
        """
        streams = [stdin, out, err]
        options = {"largest": largest, "user": user, "threads": threads, "audit": audit}
        return self.ask("start", list(map(str, arguments)), str(Path.cwd()), streams, options)

    def wait(self, process, seconds=30):
        """Return the exit code; that of a signal is negative, and None stands for no end."""
        return self.ask("wait", process, seconds)

    def run(self, *arguments, **options):
        """Run it to its end, and return its exit code, output and messages."""
        names = options.setdefault("out", "OUT"), options.setdefault("err", "ERR")
        code = self.wait(self.start(*arguments, **options))
        texts = []
        for name in names:
            plain = name is not None and Path(name).is_file()
            texts.append(Path(name).read_text(encoding="utf-8") if plain else "")
            if plain:
                Path(name).unlink()
        return code, *texts

    def close(self):
        """End the server."""
        self.server.stdin.close()
        self.server.stdout.close()
        self.server.wait()


def main(arguments, folder, streams, options):
    """Be the command, in a process that was just forked."""
    os.chdir(folder)
    for number, path in enumerate(streams):
        os.close(number)
        if path is not None:
            flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC if number else os.O_RDONLY
            os.dup2(os.open(path, flags, 0o666), number)
    sys.stdin, sys.stdout, sys.stderr = (
        None if path is None else os.fdopen(number, "w" if number else "r", closefd=False)
        for number, path in enumerate(streams)
    )
    if options["largest"] is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (options["largest"],) * 2)
    if options["threads"] is not None:
        resource.setrlimit(resource.RLIMIT_NPROC, (options["threads"],) * 2)
    if options["user"] is not None:
        os.setgroups([])
        os.setgid(options["user"])
        os.setuid(options["user"])
    if options["audit"] is not None:
        log = os.open(options["audit"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        sys.addaudithook(lambda event, args: os.write(log, f"{event} {args!r:.200}\n".encode()))
    sys.argv = ["mortie", *arguments]
    try:
        code = sys.modules["mortie.__main__"].main()
    except SystemExit as stop:
        code = stop.code
    except BaseException:
        traceback.print_exc()
        code = 99
    for stream in filter(None, (sys.stdout, sys.stderr)):
        stream.flush()
    os._exit(code or 0)


def end_of(process, seconds):
    """Wait for a process; kill it if it takes too long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found, status = os.waitpid(process, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.001)
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return None


def serve():
    """Answer requests, each a line of JSON, until there are no more."""
    import pyarrow

    import mortie.__main__
    import mortie._cli.convert
    import mortie._cli.parser
    import mortie._cli.tally

    mortie._cli.parser.build()

    # What is imported later would take time again, and maybe rights that another user lacks.
    pyarrow.array([])
    "".encode("utf-8-sig")
    requests = os.fdopen(os.dup(0))
    answers = os.fdopen(os.dup(1), "w")
    for line in requests:
        verb, *request = json.loads(line)
        if verb == "wait":
            answer = end_of(*request)
        else:
            answer = os.fork()
            if not answer:
                main(*request)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    serve()
