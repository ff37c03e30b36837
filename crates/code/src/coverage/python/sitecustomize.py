"""Notes which lines of a checkout run, then goes on to the sitecustomize that would have run without it.

Python 2 reads this file, too, and does nothing by it.
"""

import os
import sys


def _measure(folder, top):
    import _thread
    import mmap
    import time

    state = {"end": 0, "marks": None, "lock": _thread.allocate_lock()}
    # Where the lines of each file begin in the marks; nothing for files that are not the checkout's.
    bases = {__file__: None}
    room = 1 << 23
    tops = sorted({os.path.join(top, ""), os.path.join(os.path.realpath(top), "")})
    installed = ("site-packages", "dist-packages", ".venv", ".tox", "node_modules")

    def say(word):
        with open(os.path.join(folder, "python-" + word), "w"):
            pass

    def open_marks():
        # A process that is killed leaves what it noted until then.
        stem = os.path.join(folder, "%d-%d" % (os.getpid(), time.time_ns()))
        number = os.open(stem + ".marks", os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.ftruncate(number, room)
            marks = mmap.mmap(number, room)
        finally:
            os.close(number)
        state.update(marks=marks, stem=stem, end=0)

    def code_lines(code):
        waiting = [code]
        while waiting:
            code = waiting.pop()
            if hasattr(code, "co_lines"):
                for _, _, line in code.co_lines():
                    if line:
                        yield line
            else:
                import dis

                for _, line in dis.findlinestarts(code):
                    yield line
            for value in code.co_consts:
                # Annotations are run when somebody asks for them.
                if hasattr(value, "co_code") and value.co_name != "__annotate__":
                    waiting.append(value)

    def begin(name, code):
        if name.startswith("<"):
            return None
        path = os.path.abspath(name)
        below = [path[len(one):] for one in tops if path.startswith(one)]
        if not below or "\n" in path or any(part in installed for part in below[0].split(os.sep)):
            return None
        if code is None or code.co_name != "<module>":
            with open(path, "rb") as file:
                code = compile(file.read(), path, "exec", dont_inherit=True)
        lines = set(code_lines(code))
        length = max(lines, default=0) + 1
        with state["lock"]:
            if state["marks"] is None:
                open_marks()
            base = state["end"]
            if base + length > room:
                say("too-much")
                return None
            state["end"] += length
        marks = state["marks"]
        for line in lines:
            marks[base + line] = 1
        with open(state["stem"] + ".files", "a", encoding="utf-8") as file:
            file.write("%d %d %s\n" % (base, length, below[0]))
        return base, length

    def base_of(name, code=None):
        try:
            found = begin(name, code)
        except Exception:
            found = None
        bases[name] = found
        return found

    def mark(name, line, code=None):
        found = bases[name] if name in bases else base_of(name, code)
        if found is not None and line is not None and line < found[1]:
            state["marks"][found[0] + line] = 2

    def begin_anew():
        # What was noted before stands in the marks of the process that it comes from.
        state.update(marks=None, lock=_thread.allocate_lock())
        bases.clear()
        bases[__file__] = None

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=begin_anew)
    if hasattr(sys, "monitoring"):
        _by_monitoring(mark)
    else:
        _by_coverage_py(mark, say, tops)


def _by_monitoring(mark):
    monitoring = sys.monitoring
    tool = monitoring.OPTIMIZER_ID
    if monitoring.get_tool(tool) is not None:
        return
    disable = monitoring.DISABLE

    def on_line(code, line):
        try:
            mark(code.co_filename, line, code)
        except Exception:
            pass
        return disable

    monitoring.use_tool_id(tool, "callboard")
    monitoring.register_callback(tool, monitoring.events.LINE, on_line)
    monitoring.set_events(tool, monitoring.events.LINE)


def _by_coverage_py(mark, say, tops):
    import atexit

    try:
        import coverage
    except ImportError:
        say("no-coverage-py")
        return
    measuring = coverage.Coverage(
        data_file=None,
        config_file=False,
        include=[top + "*" for top in tops],
        check_preimported=False,
    )
    warnings = ["trace-changed", "no-data-collected", "module-not-measured", "no-ctracer"]
    measuring.set_option("run:disable_warnings", warnings)
    measuring._warn_no_data = False
    measuring._warn_unimported_source = False
    measuring._warn_preimported_source = False
    measuring.start()
    collector = measuring._collector
    pause = collector.pause

    def on_pause():
        say("measured-by-check")
        pause()

    # Another measurement in this process pauses this one.
    collector.pause = on_pause
    tracing = sys.gettrace()

    def save():
        if sys.gettrace() is not tracing:
            say("measured-by-check")
        collector.pause = pause
        measuring.stop()
        data = measuring.get_data()
        for name in data.measured_files():
            for line in data.lines(name) or ():
                mark(name, line)

    def save_at_exit():
        try:
            save()
        except Exception:
            say("measured-by-check")

    def exit_at_once(status):
        save_at_exit()
        real_exit(status)

    def in_child():
        # Children of multiprocessing end without what is done at an exit.
        os._exit = exit_at_once

    real_exit = os._exit
    atexit.register(save_at_exit)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=in_child)


def _go_on():
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [one for one in sys.path if os.path.abspath(one or os.curdir) != here]
    this = sys.modules.pop("sitecustomize")
    try:
        import sitecustomize
    except ImportError as error:
        sys.modules["sitecustomize"] = this
        if getattr(error, "name", "sitecustomize") != "sitecustomize":
            raise
    except BaseException:
        sys.modules["sitecustomize"] = this
        raise


if sys.version_info >= (3, 8):
    try:
        _measure(os.environ["CALLBOARD_LINES"], os.environ["CALLBOARD_LINES_OF"])
    except Exception:
        pass
_go_on()
