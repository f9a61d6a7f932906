"""Runs a notebook as JupyterLab does it, and compares the outputs with those of `nibble run`.

    python same_outputs.py NOTEBOOK NOTEBOOK_WITH_OUTPUTS
"""

import sys

import nbclient
import nbformat

FIGURE = "application/vnd.plotly.v1+json"


def is_left_of_a_bar(output):
    """A progress bar, which only shows when the machine is slow, leaves an empty display in Jupyter's notebook."""
    return output.output_type == "display_data" and not any(output.data.values())


def comparable(output):
    """Figures apart from their picture, which a notebook for other readers carries in another place."""
    output = {key: value for key, value in output.items() if key != "metadata"}
    data = output.get("data", {})
    if FIGURE in data:
        output["data"] = {key: value for key, value in data.items() if key in (FIGURE, "text/plain")}
    return output


source, ran = sys.argv[1:]
theirs = nbformat.read(source, as_version=4)
nbclient.NotebookClient(theirs, kernel_name="nibble", timeout=120).execute()
ours = nbformat.read(ran, as_version=4)
count = 0
for their, our in zip(theirs.cells, ours.cells, strict=True):
    if their.cell_type == "code":
        expected, found = (
            [comparable(output) for output in cell.outputs if not is_left_of_a_bar(output)] for cell in (their, our)
        )
        assert their.execution_count == our.execution_count, (their.execution_count, our.execution_count)
        assert expected == found, f"{their.source}\n\nJupyter: {expected}\n\nnibble run: {found}"
        count += len(found)
print(count, "outputs are the same")
