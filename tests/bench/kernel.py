"""How the kernel feels, beside ipykernel in the same run: a client over real sockets, as a front end is one.

    python kernel.py FOLDER_OF_KERNELSPECS [--quick] [--json FILE]

Kernels are started in turn, one of ours and one of theirs, so that whatever else the machine does meets both.
"""

import argparse
import json
import logging
import os
import statistics
import sys
import time

import psutil
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

logging.disable(logging.WARNING)

OURS, THEIRS = "nibble", "ipykernel"
CODE = {
    OURS: {
        "sum": "1+1",
        "lines": "for (int i = 0; i < 100_000; i++) System.out.println(i);",
        "complete": ["System.out.pri", "String.val", "List.o", "Math.ma", "Formats.pa", "Matrix.", "new Arr", "var s = \"\"; s.len"],
        "echo": "dev.nibble.kernel.comm.Comm.accept(\"echo\", (comm, first) -> comm.onMessage(comm::send));",
        "nap": "Thread.sleep(4000);",
        "cell": "int x = %d; x + 1",
    },
    THEIRS: {
        "sum": "1+1",
        "lines": "for i in range(100_000): print(i)",
        "complete": ["print.__na", "str.up", "list.app", "int.fro", "dict.ite", "bytes.", "isin", "s = ''; s.low"],
        "echo": "import comm\ndef opened(c, m):\n    c.on_msg(lambda m: c.send(m['content']['data']))\n"
        "comm.get_comm_manager().register_target('echo', opened)",
        "nap": "import time; time.sleep(4)",
        "cell": "x = %d; x + 1",
    },
}


class Kernel:
    """One running kernel and its client."""

    def __init__(self, kind, specs):
        self.kind = kind
        name = "nibble" if kind == OURS else "python3"
        self.manager = KernelManager(kernel_name=name, kernel_spec_manager=specs)
        began = time.perf_counter()
        self.manager.start_kernel(stderr=open(os.devnull, "w"))
        self.client = self.manager.client()
        self.client.start_channels(hb=False)
        self.round_trip(self.client.kernel_info, first=True)
        self.info_after = time.perf_counter() - began
        self.execute("sum")
        self.result_after = time.perf_counter() - began

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def wait(self, asked, timeout=120):
        while True:
            message = self.client.get_shell_msg(timeout=timeout)
            if message["parent_header"].get("msg_id") == asked:
                return message

    def round_trip(self, ask, *words, first=False):
        began = time.perf_counter()
        reply = self.wait(ask(*words))
        if not first and reply["content"]["status"] != "ok":
            raise RuntimeError(f"{self.kind}: {reply['content']}")
        return (time.perf_counter() - began) * 1e3

    def execute(self, what, *values):
        code = CODE[self.kind][what]
        return self.round_trip(self.client.execute, code % values if values else code)

    def drain(self):
        while True:
            try:
                self.client.get_iopub_msg(timeout=0.05)
            except Exception:  # the queue is empty
                return

    def megabytes(self):
        process = psutil.Process(self.manager.provisioner.process.pid)
        return sum(one.memory_info().rss for one in [process, *process.children(recursive=True)]) / 1e6

    def per_second(self, count):
        began = time.perf_counter()
        waiting = {self.client.kernel_info() for _ in range(count)}
        while waiting:
            waiting.discard(self.client.get_shell_msg(timeout=60)["parent_header"].get("msg_id"))
        return count / (time.perf_counter() - began)

    def lines(self):
        """Seconds until the last of 100,000 printed lines has come, how many came, and in how many messages."""
        self.drain()
        began = time.perf_counter()
        asked = self.client.execute(CODE[self.kind]["lines"])
        lines = messages = 0
        while True:
            message = self.client.get_iopub_msg(timeout=60)
            if message["parent_header"].get("msg_id") != asked:
                continue
            if message["msg_type"] == "stream":
                lines += message["content"]["text"].count("\n")
                messages += 1
            elif message["content"].get("execution_state") == "idle":
                break
        seconds = time.perf_counter() - began
        self.wait(asked)
        return seconds, lines, messages

    def echoes(self, count, during=None):
        """Milliseconds from a message on a comm to the answer of the code at its other end."""
        self.drain()
        session = self.client.session
        identity = f"echo-{time.time()}"
        self.client.shell_channel.send(
            session.msg("comm_open", {"comm_id": identity, "target_name": "echo", "data": {}})
        )
        time.sleep(0.3)
        cell = self.client.execute(CODE[self.kind][during]) if during else None
        if cell:
            time.sleep(0.3)
        times = []
        for i in range(count):
            began = time.perf_counter()
            self.client.shell_channel.send(session.msg("comm_msg", {"comm_id": identity, "data": {"value": i}}))
            while True:
                message = self.client.get_iopub_msg(timeout=60)
                if message["msg_type"] == "comm_msg" and message["content"]["data"].get("value") == i:
                    break
            times.append((time.perf_counter() - began) * 1e3)
        if cell:
            self.wait(cell)
        return times


def p(times, percent):
    return sorted(times)[min(len(times) - 1, int(len(times) * percent / 100))]


def completions(kernel, rounds):
    samples = CODE[kernel.kind]["complete"]
    for code in samples:
        kernel.round_trip(kernel.client.complete, code, len(code))
    return [kernel.round_trip(kernel.client.complete, code, len(code)) for _ in range(rounds) for code in samples]


def life(kernel, quick, out):
    """What one kernel does, in the order of a session."""
    out("memory after the start, MB", kernel.megabytes())
    for _ in range(20 if quick else 60):
        kernel.execute("sum")
    warm = [kernel.execute("sum") for _ in range(30 if quick else 200)]
    out("1+1, warm, ms: median", statistics.median(warm))
    out("1+1, warm, ms: p95", p(warm, 95))
    info = [kernel.round_trip(kernel.client.kernel_info) for _ in range(30)]
    out("kernel_info, ms: median", statistics.median(info))
    out("messages per second", max(kernel.per_second(300) for _ in range(3)))
    seconds, lines, messages = kernel.lines()
    out("100,000 lines, s", seconds)
    out("100,000 lines: arrived", lines)
    out("100,000 lines: messages", messages)
    out("completion, ms: p95", p(completions(kernel, 3 if quick else 12), 95))
    kernel.execute("echo")
    kernel.echoes(10)
    out("callback of a comm, ms: p95", p(kernel.echoes(30 if quick else 100), 95))
    if kernel.kind == OURS:
        out("callback while a cell runs, ms: p95", p(kernel.echoes(30, during="nap"), 95))
    for i in range(100 if quick else 1000):
        kernel.execute("cell", i)
    after = [kernel.execute("sum") for _ in range(30 if quick else 200)]
    out("1+1 after 1,000 cells, times the warm median", statistics.median(after) / statistics.median(warm))
    out("memory after 1,000 cells, MB", kernel.megabytes())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("kernels")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json")
    options = parser.parse_args()
    specs = {OURS: KernelSpecManager(kernel_dirs=[options.kernels]), THEIRS: KernelSpecManager()}
    figures = {OURS: {}, THEIRS: {}}
    starts = {OURS: [], THEIRS: []}
    for _ in range(3 if options.quick else 9):
        for kind in starts:
            with Kernel(kind, specs[kind]) as kernel:
                starts[kind].append((kernel.info_after, kernel.result_after))
    for kind in starts:
        figures[kind]["start to kernel_info, s: median"] = statistics.median(one[0] for one in starts[kind])
        figures[kind]["start to first result, s: median"] = statistics.median(one[1] for one in starts[kind])
    for kind in figures:
        with Kernel(kind, specs[kind]) as kernel:
            life(kernel, options.quick, figures[kind].__setitem__)
    print(f"{'':46} {OURS:>10} {THEIRS:>10}")
    for name, value in figures[OURS].items():
        theirs = figures[THEIRS].get(name)
        print(f"{name:46} {value:10.4g}" + ("" if theirs is None else f" {theirs:10.4g}"))
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} processors, {load:.1f} processes ran or waited in the last minute", file=sys.stderr)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"processors": os.cpu_count(), "load": load, **figures}, file, indent=1)


if __name__ == "__main__":
    main()
