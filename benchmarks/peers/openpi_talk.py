"""Talks to a Homebody server with openpi's own client: run by the peer's own Python, never imported by Homebody.

Reads {"url", "token", "instruction", "proprio", "dof"} from standard input, prints one line of JSON.
"""

import json
import statistics
import sys
import time

import numpy as np
from openpi_client.websocket_client_policy import WebsocketClientPolicy  # pyright: ignore[reportMissingImports]


def main():
    asked = json.load(sys.stdin)
    proprio = np.array(asked["proprio"], np.float32)
    observation = {
        "scene": np.zeros((128, 128, 3), np.uint8), "wrist": np.zeros((128, 128, 3), np.uint8),
        "tactile": np.zeros((2, 3, 8, 8), np.float32), "proprio": proprio, "prompt": asked["instruction"],
    }  # fmt: skip
    client = WebsocketClientPolicy(asked["url"], api_key=asked["token"])
    spent, answer = [], {}
    for _ in range(20):
        start = time.perf_counter()
        answer = client.infer(observation)
        spent.append(1000 * (time.perf_counter() - start))
    actions = answer["actions"]
    out = {
        "metadata": client.get_server_metadata(), "actions": actions.tolist(), "shape": actions.shape, "dtype": str(actions.dtype),
        "joints": proprio[: asked["dof"]].tolist(), "ms": statistics.median(spent), "server_ms": answer["server_timing"]["infer_ms"],
    }  # fmt: skip
    try:
        client.infer({k: v for k, v in observation.items() if k != "proprio"})
    except RuntimeError as error:
        out["error"] = str(error)
    try:
        WebsocketClientPolicy(asked["url"], api_key="a wrong token of some length")
    except Exception as error:
        out["refused"] = str(getattr(getattr(error, "response", None), "status_code", error))
    print(json.dumps(out))


if __name__ == "__main__":
    main()
