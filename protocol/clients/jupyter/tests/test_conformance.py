"""jupyter_kernel_test's own checks of a kernel."""

import jupyter_kernel_test
from conftest import MAP


class ConformanceTests(jupyter_kernel_test.KernelTests):
    kernel_name = "lucarne"
    language_name = "lucarne"
    file_extension = ".lucarne-cell"
    complete_code_samples = ["help", 'open a.png "?"', "kernel/status {}"]
    incomplete_code_samples = ['index/search {"query":']
    invalid_code_samples = ['open "never closed']
    completion_samples = [{"text": "attri", "matches": {"attribute", "attribution/compare", "attribution/compute"}}]
    code_generate_error = "nothing of the sort"
    code_execute_result = [{"code": "search nothingofthesort", "result": "nothing found"}]
    code_display_data = [
        {"code": "feature 1302\nstatus", "mime": "image/png"},
        {"code": f'open {MAP} "?"\nstatus', "mime": "text/html"},
    ]
    code_inspect_sample = "help"
