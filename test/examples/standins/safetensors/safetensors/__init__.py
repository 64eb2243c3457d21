"""Stands in for safetensors, which is not among Debian's packages: safe_open as its documentation has it, for F32."""

import json
import math
import struct

import torch


class safe_open:
    def __init__(self, filename, framework, device="cpu"):
        assert framework in ("pt", "torch", "pytorch") and device == "cpu"
        with open(filename, "rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            self._header = json.loads(file.read(length))
            self._data = bytearray(file.read())
        self._metadata = self._header.pop("__metadata__", None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def metadata(self):
        return self._metadata

    def keys(self):
        return list(self._header)

    def get_tensor(self, name):
        entry = self._header[name]
        begin, end = entry["data_offsets"]
        assert entry["dtype"] == "F32" and end - begin == 4 * math.prod(entry["shape"])
        return torch.frombuffer(self._data[begin:end], dtype=torch.float32).reshape(entry["shape"])
