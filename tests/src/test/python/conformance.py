"""Jupyter's own conformance suite against the installed kernel, on Java samples.

Run by ConformanceTest with the kernel on JUPYTER_PATH; by hand: python -m unittest -v conformance
"""

import os
import unittest

import jupyter_kernel_test


class NibbleConformance(jupyter_kernel_test.KernelTests):
    kernel_name = os.environ.get("NIBBLE_KERNEL_NAME", "nibble")
    language_name = "java"
    file_extension = ".java"

    code_hello_world = 'System.out.println("hello, world");'
    code_stderr = 'System.err.println("this is an error stream");'
    code_generate_error = 'throw new IllegalStateException("on purpose");'

    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": "int x = 20;\nx + 1", "result": "21"},
        {"code": '"a" + "b"'},
    ]
    code_display_data = [
        {"code": 'html("<b>bold</b>")', "mime": "text/html"},
        {"code": 'markdown("*slanted*")', "mime": "text/markdown"},
    ]
    code_clear_output = "clearOutput()"
    code_page_something = "String.format?"
    supported_history_operations = ("tail", "range", "search")
    code_history_pattern = "6 ?* 7*"

    complete_code_samples = ["1 + 1", "int y = 1;", "class A { }", "void f() { }", "for (int i = 0; i < 3; i++) { }"]
    incomplete_code_samples = ["int f() {", "for (int i = 0; i < 3; i++) {", 'String s = """', "Math.max(1,"]
    invalid_code_samples = ["import = 7q", "1 + )"]

    code_inspect_sample = "String.format"

    def test_completion(self):
        """The suite's own test wants one exact list; here every match must continue what was typed, up to a bracket."""
        self.flush_channels()
        for sample, wanted in (("System.out.printl", "println"), ("Math.hypo", "hypot")):
            with self.subTest(text=sample):
                message = self.kc.complete(sample)
                reply = self.get_non_kernel_info_reply(timeout=15)
                jupyter_kernel_test.validate_message(reply, "complete_reply", message)
                content = reply["content"]
                typed = sample[content["cursor_start"] : content["cursor_end"]]
                self.assertTrue(content["matches"])
                for match in content["matches"]:
                    self.assertTrue(match.startswith(typed), f"{match!r} does not continue {typed!r}")
                    self.assertIn(wanted, match)


class NibbleWelcome(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = NibbleConformance.kernel_name
    support_iopub_welcome = True


if __name__ == "__main__":
    unittest.main(verbosity=2)
