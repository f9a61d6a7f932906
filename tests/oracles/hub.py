"""Our cache of the hub and huggingface_hub's are one: each uses what the other fetched.

    python hub.py ../../kernel/target/dist/nibble.jar [cache.json]

A repository is served on this machine as the hub serves it: a list of files with hashes, small files directly, large ones
from another server. huggingface_hub fetches it into one cache folder and nibble into another; then each reads the other's
without a network. Prints what the folders hold; `cache.json` gets the one that huggingface_hub made, which HubTest reads.
"""

import hashlib
import http.server
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading

REPOSITORY = "org/tiny-model"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
HEADER = json.dumps({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}).encode()
FILES = {
    "config.json": b'{"model_type": "llama"}',
    "model.safetensors": len(HEADER).to_bytes(8, "little") + HEADER + bytes(8),
    "tokenizer.json": b'{"version": "1.0"}',
}


def is_large(name):
    return name.endswith(".safetensors")


def git_hash(content):
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def listed(name, content):
    entry = {"rfilename": name, "size": len(content), "blobId": git_hash(content)}
    if is_large(name):
        entry["lfs"] = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 130}
    return entry


def in_tree(name, content):
    entry = {"type": "file", "path": name, "size": len(content), "oid": git_hash(content)}
    if is_large(name):
        entry["lfs"] = {"oid": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 130}
    return entry


class Server(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        path = self.path.split("?")[0]
        if path.startswith("/storage/"):
            return self.send(FILES[path.removeprefix("/storage/")])
        if path.startswith(f"/api/models/{REPOSITORY}/tree/"):
            return self.send(json.dumps([in_tree(*file) for file in FILES.items()]).encode())
        if path.startswith(f"/api/models/{REPOSITORY}"):
            siblings = [listed(*file) for file in FILES.items()]
            return self.send(json.dumps({"id": REPOSITORY, "sha": COMMIT, "siblings": siblings}).encode())
        name = path.removeprefix(f"/{REPOSITORY}/resolve/{COMMIT}/")
        content = FILES.get(name)
        if content is None:
            return self.send(b"", 404, {"X-Error-Code": "EntryNotFound"})
        headers = {"X-Repo-Commit": COMMIT}
        if is_large(name):
            digest = hashlib.sha256(content).hexdigest()
            headers |= {"X-Linked-Etag": f'"{digest}"', "X-Linked-Size": str(len(content))}
            headers |= {"Location": f"http://localhost:{self.server.server_port}/storage/{name}"}
            return self.send(b"", 302, headers)
        return self.send(content, 200, headers | {"ETag": f'"{git_hash(content)}"'})

    def send(self, content, status=200, headers=None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def tree(folder):
    """Links with where they lead, files with their text or length."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = {"link": os.readlink(path)}
        elif path.is_file():
            content = path.read_bytes()
            found[name] = {"hex": content.hex()} if len(content) < 500 else {"bytes": len(content)}
    return found


def main():
    jar, out = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    work = pathlib.Path(tempfile.mkdtemp())
    os.environ |= {
        "HF_ENDPOINT": f"http://127.0.0.1:{server.server_port}",
        "HF_HOME": str(work / "home"),
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }
    import huggingface_hub

    def nibble(cache, **more):
        environment = os.environ | {"HF_HUB_CACHE": str(cache), "NIBBLE_HOME": str(work / "nibble")} | more
        command = ["java", "-jar", jar, "model", REPOSITORY, "--json"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    theirs, ours = work / "theirs", work / "ours"
    huggingface_hub.snapshot_download(REPOSITORY, cache_dir=theirs)
    fetched = nibble(ours)
    assert fetched["commit"] == COMMIT, fetched

    read = nibble(theirs, HF_HUB_OFFLINE="1")
    assert read["commit"] == COMMIT and str(theirs) in read["file"], read

    for name, content in FILES.items():
        found = huggingface_hub.try_to_load_from_cache(REPOSITORY, name, cache_dir=ours)
        assert found is not None and pathlib.Path(found).read_bytes() == content, (name, found)
    folder = huggingface_hub.snapshot_download(REPOSITORY, cache_dir=ours, local_files_only=True)
    assert sorted(os.listdir(folder)) == sorted(FILES), folder
    seen = huggingface_hub.scan_cache_dir(ours)
    assert not seen.warnings and [r.repo_id for r in seen.repos] == [REPOSITORY], seen
    assert seen.size_on_disk == sum(map(len, FILES.values())), seen

    result = {"huggingface_hub": huggingface_hub.__version__, "repository": REPOSITORY, "tree": tree(theirs)}
    print(json.dumps({"theirs": tree(theirs), "ours": tree(ours)}, indent=1))
    if out:
        pathlib.Path(out).write_text(json.dumps(result, indent=1) + "\n")


main()
