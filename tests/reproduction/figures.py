"""Made results of protocols whose figures are easy to work out by hand."""

from model.reproduction.plan import Results


def results(**found):
    """Results by task's name, with `_` for `-`; the key of each is its name."""
    named = {name.replace("_", "-"): result for name, result in found.items()}
    return Results({name: {"key": name, "result": result} for name, result in named.items()})


def system(steps, computed, network, prepare, cost, select=0.0, weights="untrained"):
    N = 2
    return {
        "steps_N": [steps] * N,
        "computed_N": [computed] * N,
        "select_s_N": [select] * N,
        "network_s_N": [network] * N,
        "prepare_s_N": [prepare] * N,
        "multiply_adds_N": [cost * 1e9] * N,
        "weights": weights,
    }


def timed(arch_s):
    systems = {
        "RTSAE-DSCNN": system(10, 2, 1.0, 0.5, 20),
        "DSCNN (no gate)": system(10, 10, 2.0, 0.5, 50),
        "Vanilla ARCH (SMS)": system(5, 5, arch_s - 0.5, 1.0, 40, select=0.5),
    }
    about = {"clips": ["a", "b"], "repeats": 3, "threads": 2, "load": {"before": 1, "after": 2}}
    return {**about, "systems": systems}


def gated(action, keyframes, decisive=None, running=None, late=(0.5, 0.4)):
    """(keyframes', uniform's) shares; phi is .6 and the time .3 in decisive phases."""
    row = {"clip": f"v_{action}_g{keyframes:02d}_c01.avi", "action": action, "keyframes": keyframes}
    row["phi_variation"] = 0.5
    for place, pair in (("decisive", decisive), ("run-up", running), ("late", late)):
        if pair:
            row[place] = {"keyframes": pair[0], "uniform": pair[1], "time": 0.3, "phi": 0.6}
    return row


def curve():
    steps = {"time_S": [0.0, 0.5], "phi_S": [0.3, 0.7], "gate_S": [0.1, 0.9]}
    return {"clip": "a", **steps, "open_S": [False, True], "decisive_S": [False, True]}


def compared(rival, difference):
    bounds = {"low": difference - 0.05, "high": difference + 0.05, "level": 0.95, "clips": 25}
    row = {"difference": difference, **bounds}
    return {"kind": "own number", "rival": rival, **row, "recall": row}
