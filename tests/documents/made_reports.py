"""Reports as netrunner writes them, of sizes that a test cannot wait for. Used by pages.py. Nothing in them is random."""

import json

START = "2026-01-02T03:04:05.000000Z"


def run(wall=30.0, status=0, reason=None, command=("make", "-j2"), **more):
    report = {
        "schema": 1, "version": "0.1.0", "command": list(command), "directory": "/src/project", "mode": "pipe", "pid": 4242,
        "started_at": START, "ended_at": "2026-01-02T03:34:05.000000Z", "reason": reason or "exited",
        "exit_code": status if reason is None else None, "signal": None, "core_dumped": False, "status": status, "message": None,
        "time": {"wall": wall, "user": wall * 1.2, "system": wall * 0.15, "startup": 0.001},
        "memory": {"peak": 400 << 20, "source": "rusage"}, "usage": None, "stdin": {"mode": "inherit", "bytes": None},
        "stdout": {"mode": "pipe", "bytes": 81920, "blocked": 0, "truncated": False, "dropped": 0},
        "stderr": {"mode": "pipe", "bytes": 2048, "blocked": 0, "truncated": False, "dropped": 0},
        "stop": None, "on_stop": None, "attempts": [], "changes": [], "events": None, "orphans": [], "spared": [], "survivors": [],
        "containment": ["group", "subreaper", "guard"], "cgroup": None, "cgroup_above": None, "error": None,
        "timeline": None, "processes": None,
    }
    report.update(more)
    return report


def timeline(wall, rows, top=1 << 30, processors=2):
    """Memory rises to `top` in waves; the middle third is almost idle."""
    columns = ["t", "cpu", "memory", "processes", "read", "written", "stdout", "stderr", "busy"]
    made, cpu, out, err, written = [], 0.0, 0, 0, 0
    for i in range(1, rows + 1):
        t = round(wall * i / rows, 3)
        quiet = rows / 3 < i < rows / 2
        share = 0.01 if quiet else 0.95 + 0.9 * ((i * 7919) % 100) / 100
        cpu = round(cpu + share * wall / rows, 3)
        memory = int(top * (0.15 + 0.8 * ((i % (rows // 4 + 1)) / (rows // 4 + 1))) * (0.3 if quiet else 1))
        out += 0 if quiet else 500 + (i * 104729) % 9000
        err += 4000 if i % 37 == 0 else 0
        written += 0 if quiet else (i * 15485863) % 3_000_000
        made.append([t, cpu, memory, 3 if quiet else 4 + i % 7, i * 1000, written, out, err, round(share, 2)])
    return {"interval": wall / rows, "memory_source": "resident-sum", "processors": processors, "columns": columns, "rows": made}


def processes(wall, count):
    """make, and for each object sh, g++, cc1plus and as, two at once."""
    made = [{"pid": 4242, "parent": None, "command": "make -j2", "start": 0, "end": wall, "cpu": 0.2, "peak": 9 << 20, "exit_code": 0}]
    objects = max(1, (count - 1) // 4)
    each = wall / objects * 1.9
    for i in range(objects):
        begin = round(wall / objects * i, 3)
        pid, name, last = 5000 + i * 4, f"src/module_{i % 13}/source_{i}.cpp", i == objects - 1
        end = min(wall, begin + each * (0.6 + (i * 31 % 40) / 100))
        words = f"-quiet -imultiarch x86_64-linux-gnu -D_GNU_SOURCE -I. {name} -quiet -dumpbase {name} -O2 -Wall -o /tmp/cc{i}.s"
        for depth, (command, cpu, peak) in enumerate([
                (f"/bin/sh -c g++ -O2 -c {name} -o build/{i}.o && echo done", 0.001, 2 << 20),
                (f"g++ -O2 -Wall -c {name} -o build/{i}.o", 0.004, 12 << 20),
                (f"/usr/lib/gcc/x86_64-linux-gnu/12/cc1plus {words}", (end - begin) * 0.93, (90 + i * 37 % 300) << 20),
                (f"as --64 -o build/{i}.o /tmp/cc{i}.s", 0.02, 8 << 20)]):
            start = begin + depth * each / 100 if depth < 3 else end - each / 20
            until = end if depth < 2 else end - each / 20 if depth == 2 else end
            made.append({"pid": pid + depth, "parent": 4242 if depth == 0 else pid + min(depth, 2) - 1, "command": command[:200],
                         "start": round(start, 3), "end": round(max(start, until), 3), "cpu": round(cpu, 3), "peak": peak,
                         "exit_code": 1 if last and depth < 3 else 0})
    return {"list": made[:count], "others": None, "coverage": {"cpu": 0.98}}


def sampled(wall=1800.0, rows=600, count=1000, **more):
    return run(wall, timeline=timeline(wall, rows), processes=processes(wall, count), **more)


def stopped():
    return sampled(
        300.0, 300, 200, status=124, reason="timeout", message="make: timed out after 5m: sent SIGTERM, 5s later SIGKILL",
        stop={"cause": "timeout", "steps": [{"signal": "SIGTERM", "after": 290.0, "to": "tree"}, {"signal": "SIGKILL", "after": 295.0, "to": "tree"}]},
        limits={"timeout": 290, "memory": 1181116006, "memory_source": None, "processes": None, "cpu_time": None},
        orphans=[{"pid": 4243, "command": "sleep <script>alert(1)</script>", "ended_by": "SIGKILL"}],
        command=["make", "-j2", "<script>alert('x')</script>", "a\u202eb\x1b[31m"])


def batch(count, with_samples):
    """Lines of a report: every 23rd job fails."""
    lines = [{"type": "header", "schema": 1, "version": "0.1.0", "argv": ["netrunner", "batch", "-j", "4", "--sample", "--", "./run-tests"],
              "started_at": START, "input_digest": None, "jobs": count, "shard": None, "resumed": False}]
    begin = [0.0] * 4
    for number in range(1, count + 1):
        lane = begin.index(min(begin))
        wall = 1 + (number * 7919 % 97) / 10
        at = begin[lane]
        begin[lane] += wall + 0.05
        failed = number % 23 == 0
        name = f"tests/test_{number:03}.py"
        job = run(wall, 1 if failed else 0, command=["./run-tests", name])
        if with_samples:
            job["timeline"], job["processes"] = timeline(wall, 20, (50 + number % 300) << 20), processes(wall, 9)
        minute, second = divmod(5 + at, 60)
        hour, minute = divmod(4 + int(minute), 60)
        job["started_at"] = f"2026-01-02T{3 + hour:02}:{minute:02}:{second:09.6f}Z"
        lines.append({"type": "job", "id": None, "number": number, "record": [name], "key": f"{number:032x}", **job})
    lines.append({"type": "trailer", "ended_at": "2026-01-02T03:20:05.000000Z", "events": None, "status": 1 if count >= 23 else 0,
                  "counts": {"succeeded": count - count // 23, "failed": count // 23, "skipped": 0, "not_started": 0}})
    return "".join(json.dumps(line) + "\n" for line in lines)
