# SPDX-License-Identifier: MIT
"""A plain 16-bit .wav writer. CPython only."""

import wave

import numpy as np


def write_wav(path: object, channels: list, rate: int) -> None:
    """Write channels of samples from -32768 to 32767."""
    frames = np.clip(np.stack(channels, 1), -32768, 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(frames.tobytes())
