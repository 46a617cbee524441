#!/usr/bin/python3
"""Makes the sample models: data, ONNX graphs, expected scores and the numbers in the cards.

    /usr/bin/python3 models/make.py

Needs Debian 12's python3-sklearn (1.2.1), python3-onnx (1.12), python3-pandas and python3-pil. Nothing is fetched: the
churn customers come from the generator below, the other data from scikit-learn. All randomness is seeded, and files
hold no times, so a second run gives the same bytes: so it did with four of OpenBLAS's kernels. Other versions of numpy or
scikit-learn may differ.

The graphs are written with onnx.helper straight from the fitted estimators; `Graph` and the functions after it are the
whole exporter. models/verify.mjs, run at the end, scores every row with onnxruntime-node and compares the result with
what scikit-learn gave in float64.
"""
import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # one thread adds in one order

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
from onnx import TensorProto, checker, helper, numpy_helper
from PIL import Image
from sklearn import metrics
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_diabetes, load_digits, load_wine
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

HERE = Path(__file__).resolve().parent
ML = "ai.onnx.ml"


# ---- Writing ONNX -----------------------------------------------------------------------------------------------------


class Graph:
    """Collects nodes, constants, inputs and outputs, and saves them as one ONNX file."""

    def __init__(self):
        self.nodes, self.constants, self.inputs, self.outputs = [], [], [], []

    def input(self, name, kind, shape):
        self.inputs.append(helper.make_tensor_value_info(name, kind, ["N", *shape]))
        return name

    def output(self, name, kind, shape=()):
        self.outputs.append(helper.make_tensor_value_info(name, kind, ["N", *shape]))

    def constant(self, name, values):
        self.constants.append(numpy_helper.from_array(np.asarray(values, dtype=np.float32), name))
        return name

    def node(self, op, inputs, outputs, domain="", **attributes):
        """Adds a node and answers with the name of its first output."""
        inputs = [inputs] if isinstance(inputs, str) else inputs
        outputs = [outputs] if isinstance(outputs, str) else outputs
        self.nodes.append(helper.make_node(op, inputs, outputs, name=f"{op}_{len(self.nodes)}", domain=domain, **attributes))
        return outputs[0]

    def save(self, path, doc, **metadata):
        graph = helper.make_graph(self.nodes, path.stem.replace("-", "_"), self.inputs, self.outputs, self.constants, doc)
        opsets = [helper.make_opsetid("", 15)]
        if any(node.domain == ML for node in self.nodes):
            opsets.append(helper.make_opsetid(ML, 2))
        model = helper.make_model(graph, opset_imports=opsets, ir_version=8, producer_name="assay-samples")
        model.producer_version, model.domain, model.model_version, model.doc_string = "1", "assay.samples", 1, doc
        helper.set_model_props(model, {key: metadata[key] for key in sorted(metadata)})
        checker.check_model(model)
        path.write_bytes(model.SerializeToString(deterministic=True))


def float32_at_or_below(value):
    """The largest float32 that is not above `value`.

    scikit-learn compares a float32 feature with a float64 threshold. Rounding the threshold to the nearest float32 may
    send a row that lies on it to the other side; rounding it down never does.
    """
    near = np.float32(value)
    return float(near if float(near) <= value else np.nextafter(near, np.float32(-np.inf)))


def tree_attributes(trees, leaf_weights):
    """The attributes of a TreeEnsembleClassifier. `leaf_weights(value)` gives a leaf's [(class, weight), …]."""
    nodes = {key: [] for key in ["treeids", "nodeids", "featureids", "modes", "values", "truenodeids", "falsenodeids"]}
    leaves = {key: [] for key in ["treeids", "nodeids", "ids", "weights"]}
    for tree_id, fitted in enumerate(trees):
        tree = fitted.tree_
        for node_id in range(tree.node_count):
            leaf = tree.children_left[node_id] == -1
            row = {
                "treeids": tree_id,
                "nodeids": node_id,
                "featureids": 0 if leaf else int(tree.feature[node_id]),
                "modes": "LEAF" if leaf else "BRANCH_LEQ",
                "values": 0.0 if leaf else float32_at_or_below(tree.threshold[node_id]),
                "truenodeids": 0 if leaf else int(tree.children_left[node_id]),
                "falsenodeids": 0 if leaf else int(tree.children_right[node_id]),
            }
            for key, value in row.items():
                nodes[key].append(value)
            for class_id, weight in leaf_weights(tree.value[node_id, 0]) if leaf else []:
                for key, value in zip(leaves, [tree_id, node_id, class_id, float(weight)]):
                    leaves[key].append(value)
    return {**{f"nodes_{k}": v for k, v in nodes.items()}, **{f"class_{k}": v for k, v in leaves.items()}}


def add_gradient_boosting(graph, features, model, classes):
    """Binary: one margin, the prior's log-odds plus learning rate × leaves, then the logistic function."""
    prior = float(model._raw_predict_init(np.zeros((1, model.n_features_in_)))[0, 0])
    attributes = tree_attributes(model.estimators_[:, 0], lambda value: [(0, model.learning_rate * value[0])])
    graph.node(
        "TreeEnsembleClassifier", features, ["label", "probabilities"], ML,
        classlabels_strings=classes, base_values=[prior], post_transform="LOGISTIC", **attributes,
    )


def add_random_forest(graph, features, model):
    """The mean of the trees' class shares."""
    share = lambda value: list(enumerate(value / value.sum() / len(model.estimators_)))
    graph.node(
        "TreeEnsembleClassifier", features, ["label", "probabilities"], ML,
        classlabels_int64s=[int(c) for c in model.classes_], post_transform="NONE",
        **tree_attributes(model.estimators_, share),
    )


def add_logistic_regression(graph, features, model, classes):
    """Binary: the margin and its negative, then the logistic function of each."""
    weights, bias = model.coef_[0], model.intercept_[0]
    graph.node(
        "LinearClassifier", features, ["label", "probabilities"], ML,
        coefficients=[*-weights, *weights], intercepts=[-bias, bias],
        classlabels_strings=classes, multi_class=0, post_transform="LOGISTIC",
    )


def add_scaler(graph, features, scaler):
    return graph.node("Scaler", features, "scaled", ML, offset=list(scaler.mean_), scale=list(1 / scaler.scale_))


# ---- Writing the rest -------------------------------------------------------------------------------------------------


def number(value):
    """Ten significant digits: far finer than float32, and free of the last bits in which processors differ."""
    return float(f"{value:.10g}")


def write_csv(path, frame):
    frame.to_csv(path, index=False, lineterminator="\n", float_format="%.10g")


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2) + "\n")


def write_block(card, block, text):
    """Puts `text` between <!-- block --> and <!-- /block --> of a card; the prose around it is written by hand."""
    before, rest = card.read_text().split(f"<!-- {block} -->")
    after = rest.split(f"<!-- /{block} -->")[1]
    card.write_text(f"{before}<!-- {block} -->\n\n{text}\n\n<!-- /{block} -->{after}")


def table(header, rows):
    """A Markdown table with padded cells, as prettier leaves it."""
    cells = [header, *([f"{v:.4f}" if isinstance(v, float) else str(v) for v in row] for row in rows)]
    widths = [max(3, *(len(row[i]) for row in cells)) for i in range(len(header))]
    line = lambda row: "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |"
    return "\n".join([line(cells[0]), line(["-" * width for width in widths]), *map(line, cells[1:])])


def metrics_table(by_model):
    names = list(by_model)
    return table(["metric", *names], [[m, *(by_model[n][m] for n in names)] for m in by_model[names[0]]])


def classification_metrics(truth, labels, scores, classes, positive=None):
    """scikit-learn's metrics under its own names. `scores` is [rows, classes]; the labels are those of `predict`."""
    found = {
        "accuracy": metrics.accuracy_score(truth, labels),
        "balanced_accuracy": metrics.balanced_accuracy_score(truth, labels),
    }
    if positive is not None:
        yes, score = truth == positive, scores[:, classes.index(positive)]
        found["precision"] = metrics.precision_score(truth, labels, pos_label=positive)
        found["recall"] = metrics.recall_score(truth, labels, pos_label=positive)
        found["f1"] = metrics.f1_score(truth, labels, pos_label=positive)
        found["roc_auc"] = metrics.roc_auc_score(yes, score)
        found["average_precision"] = metrics.average_precision_score(yes, score)
        found["brier_score"] = metrics.brier_score_loss(yes, score)
    else:
        found["precision_macro"] = metrics.precision_score(truth, labels, average="macro")
        found["recall_macro"] = metrics.recall_score(truth, labels, average="macro")
        found["f1_macro"] = metrics.f1_score(truth, labels, average="macro")
        found["f1_weighted"] = metrics.f1_score(truth, labels, average="weighted")
        found["roc_auc_ovr"] = metrics.roc_auc_score(truth, scores, multi_class="ovr")
    found["log_loss"] = metrics.log_loss(truth, scores, labels=classes)
    found["matthews_corrcoef"] = metrics.matthews_corrcoef(truth, labels)
    return {name: number(value) for name, value in found.items()}


# ---- Churn ------------------------------------------------------------------------------------------------------------

CHURN_NUMBERS = ["tenure_months", "monthly_charges", "total_charges", "support_calls"]
CHURN_TEXTS = ["gender", "senior", "contract", "payment_method", "internet"]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def churn_customers(seed, rows, first_id, later=False):
    """Invented customers of an invented telephone company.

    Two unfair habits of the company are in the data, so that a fairness check has something to find:
    - long contracts were offered to women and to seniors less often than tenure alone explains;
    - one in ten seniors who left is recorded late, and still stands as "No".
    Gender has no effect of its own on leaving; being a senior has a small one. Satisfaction drives both support calls and
    leaving and is not recorded, so no model can be perfect. `later` is the same company some quarters on: more new
    customers on monthly contracts, prices 8 % up, a payment method that the models never saw, more gaps in the billing
    data, and fibre customers leaving more often.
    """
    rng = np.random.default_rng(seed)
    chance = lambda p: rng.random(rows) < p
    female, senior = chance(0.5), chance(0.17)
    tenure = np.minimum(72, np.floor(rng.gamma(1.1, 22 if later else 28, rows)))
    internet = np.where(chance(0.2), "No internet", np.where(chance(np.where(senior, 0.68, 0.52)), "Fiber", "DSL"))
    fiber, offline = internet == "Fiber", internet == "No internet"
    long = chance(sigmoid(-1.6 + 0.055 * tenure - 0.35 * female - 0.5 * senior - 0.5 * later))
    contract = np.where(~long, "Month-to-month", np.where(chance(sigmoid(-1 + 0.035 * tenure)), "Two year", "One year"))
    automatic = np.where(chance(0.5), "Bank transfer", "Credit card")
    by_hand = np.where(chance(np.where(fiber, 0.72, 0.5)), "Electronic check", "Mailed check")
    payment = np.where(chance(np.where(long, 0.6, 0.35)), automatic, by_hand)
    if later:
        payment = np.where(chance(0.09), "Digital wallet", payment)
    satisfaction = rng.normal(size=rows)
    extras = np.where(offline, 0, 5.5 * rng.binomial(5, 0.4, rows))
    base = np.where(offline, 20, np.where(fiber, 72, 47))
    monthly = (base + extras + rng.normal(0, 1.5, rows)) * (1.08 if later else 1)
    total = tenure * monthly * rng.lognormal(0, 0.05, rows)
    calls = rng.poisson(np.exp(0.15 + 0.3 * fiber - 0.5 * offline - 0.5 * satisfaction + 0.15 * later))
    logit = (
        -1.75
        + 1.9 * np.exp(-tenure / 8)
        - 0.012 * tenure
        - 1.4 * (contract == "One year")
        - 2.4 * (contract == "Two year")
        + 0.5 * (payment == "Electronic check")
        + 0.5 * (fiber & ~long)
        - 0.7 * offline
        + 0.02 * (monthly - 65)
        + 1.1 * (calls >= 3)
        + 0.8 * (calls >= 5)
        + 0.3 * senior
        - 0.4 * satisfaction
        + 0.4 * (fiber & later)
    )
    churned = chance(sigmoid(logit)) & ~(senior & chance(0.1))
    unbilled = (tenure == 0) | chance(0.06 if later else 0.012)
    return pd.DataFrame({
        "customer_id": [f"C{first_id + i:06d}" for i in range(rows)],
        "gender": np.where(female, "Female", "Male"),
        "senior": np.where(senior, "Yes", "No"),
        "tenure_months": tenure.astype(int),
        "contract": contract,
        "payment_method": payment,
        "internet": internet,
        "monthly_charges": monthly.round(2),
        "total_charges": np.where(unbilled, np.nan, total.round(2)),
        "support_calls": calls,
        "churned": np.where(churned, "Yes", "No"),
    })


def churn_graph(pipeline, classes):
    """The whole pipeline with one [N, 1] input a column, in the order of the file."""
    graph = Graph()
    columns, model = pipeline[0], pipeline[-1]
    imputer, encoder = columns.named_transformers_["numbers"], columns.named_transformers_["texts"]
    for column in [c for c in CHURN_ORDER if c in CHURN_NUMBERS + CHURN_TEXTS]:
        graph.input(column, TensorProto.STRING if column in CHURN_TEXTS else TensorProto.FLOAT, [1])
    numbers = graph.node("Concat", CHURN_NUMBERS, "numbers", axis=1)
    steps = getattr(imputer, "named_steps", {"simpleimputer": imputer})
    numbers = graph.node(
        "Imputer", numbers, "filled", ML,
        imputed_value_floats=list(steps["simpleimputer"].statistics_), replaced_value_float=float("nan"),
    )
    if "standardscaler" in steps:
        numbers = add_scaler(graph, numbers, steps["standardscaler"])
    parts = [numbers]
    for column, values in zip(CHURN_TEXTS, encoder.categories_):
        # zeros=1: a value that was not in training gets a row of zeros, as handle_unknown="ignore" does.
        hot = graph.node("OneHotEncoder", column, f"{column}_hot", ML, cats_strings=list(values), zeros=1)
        parts.append(graph.node("Flatten", hot, f"{column}_flat", axis=1))
    features = graph.node("Concat", parts, "features", axis=1)
    add = add_gradient_boosting if isinstance(model, GradientBoostingClassifier) else add_logistic_regression
    add(graph, features, model, classes)
    graph.output("label", TensorProto.STRING)
    graph.output("probabilities", TensorProto.FLOAT, [len(classes)])
    return graph


CHURN_ORDER = list(churn_customers(0, 1, 0).columns)


def make_churn():
    folder, classes = HERE / "churn", ["No", "Yes"]
    train, holdout = churn_customers(11, 6000, 100_000), churn_customers(12, 5000, 200_000)
    shifted = churn_customers(13, 3000, 300_000, later=True)
    for name, frame in [("train", train), ("holdout", holdout), ("shifted", shifted)]:
        write_csv(folder / f"{name}.csv", frame)
    inputs = CHURN_NUMBERS + CHURN_TEXTS

    def pipeline(numbers, model):
        texts = OneHotEncoder(handle_unknown="ignore")
        columns = ColumnTransformer([("numbers", numbers, CHURN_NUMBERS), ("texts", texts, CHURN_TEXTS)], sparse_threshold=0)
        return make_pipeline(columns, model).fit(train[inputs], train["churned"])

    boosting = GradientBoostingClassifier(n_estimators=120, max_depth=3, learning_rate=0.08, subsample=0.8, random_state=11)
    models = {
        "gradient-boosting": pipeline(SimpleImputer(strategy="median"), boosting),
        "logistic-regression": pipeline(
            make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), LogisticRegression(tol=1e-10, max_iter=5000)
        ),
    }
    # What lies past the sixth decimal hangs on the processor; the graph and the expected scores both go without.
    logistic = models["logistic-regression"][-1]
    logistic.coef_, logistic.intercept_ = logistic.coef_.round(6), logistic.intercept_.round(6)
    docs = {
        "gradient-boosting": "Churn of telephone customers: imputer, one-hot and 120 boosted trees. Raw columns in.",
        "logistic-regression": "Churn of telephone customers: imputer, scaler, one-hot and logistic regression. Raw columns in.",
    }
    found = {}
    for split, frame, file in [("holdout", holdout, "expected.csv"), ("shifted", shifted, "expected-shifted.csv")]:
        expected = frame[["customer_id"]].copy()
        found[split] = {"rows": len(frame)}
        for name, model in models.items():
            assert list(model.classes_) == classes
            scores, labels = model.predict_proba(frame[inputs]), model.predict(frame[inputs])
            expected[f"{name}:Yes"], expected[f"{name}:label"] = scores[:, 1], labels
            found[split][name] = classification_metrics(frame["churned"], labels, scores, classes, "Yes")
            if split == "holdout":
                churn_graph(model, classes).save(folder / f"{name}.onnx", docs[name], data="invented customers, models/make.py")
        write_csv(folder / file, expected)
        if split == "holdout":
            write_block(folder / "CARD.md", "fairness", fairness_table(frame, expected))
        write_block(folder / "CARD.md", split, metrics_table({n: found[split][n] for n in models}))
    write_json(folder / "expected.json", found)


def fairness_table(frame, expected):
    rows = []
    for column in ["gender", "senior"]:
        for group, part in frame.groupby(column):
            truth = part["churned"] == "Yes"
            row = [f"{column} = {group}", len(part), float(truth.mean())]
            for name in ["gradient-boosting", "logistic-regression"]:
                said = expected.loc[part.index, f"{name}:label"] == "Yes"
                row += [float(said.mean()), float(said[truth].mean())]
            rows.append(row)
    header = ["group", "customers", "left", "boosting: selected", "boosting: recall", "logistic: selected", "logistic: recall"]
    return table(header, rows)


# ---- Wine -------------------------------------------------------------------------------------------------------------


def make_wine():
    folder, wine = HERE / "wine", load_wine(as_frame=True)
    frame = wine.data.assign(cultivar=wine.target)
    train, holdout = (p.sort_index() for p in train_test_split(frame, test_size=0.4, random_state=21, stratify=wine.target))
    write_csv(folder / "train.csv", train)
    write_csv(folder / "holdout.csv", holdout)
    forest = RandomForestClassifier(n_estimators=60, max_depth=4, random_state=21)
    forest.fit(train[wine.feature_names].to_numpy(), train["cultivar"])
    inputs = holdout[wine.feature_names].to_numpy()
    scores, labels = forest.predict_proba(inputs), forest.predict(inputs)
    graph = Graph()
    add_random_forest(graph, graph.input("features", TensorProto.FLOAT, [len(wine.feature_names)]), forest)
    graph.output("label", TensorProto.INT64)
    graph.output("probabilities", TensorProto.FLOAT, [3])
    graph.save(
        folder / "random-forest.onnx",
        "Cultivar of a wine from 13 chemical measurements: 60 trees. 0 is Barolo, 1 is Grignolino, 2 is Barbera.",
        class_names=json.dumps(["Barolo", "Grignolino", "Barbera"]), data="UCI Wine, from scikit-learn",
        feature_names=json.dumps(wine.feature_names),
    )
    expected = pd.DataFrame({"row": range(1, len(holdout) + 1), **{f"random-forest:{k}": scores[:, k] for k in range(3)}})
    write_csv(folder / "expected.csv", expected.assign(**{"random-forest:label": labels}))
    found = {"random-forest": classification_metrics(holdout["cultivar"], labels, scores, [0, 1, 2])}
    write_json(folder / "expected.json", {"holdout": {"rows": len(holdout), **found}})
    write_block(folder / "CARD.md", "holdout", metrics_table(found))


# ---- Diabetes ---------------------------------------------------------------------------------------------------------


def make_diabetes():
    folder, source = HERE / "diabetes", load_diabetes(as_frame=True, scaled=False)
    frame = source.data.assign(progression=source.target)
    train, holdout = (p.sort_index() for p in train_test_split(frame, test_size=0.3, random_state=31))
    write_csv(folder / "train.csv", train)
    write_csv(folder / "holdout.csv", holdout)
    scaler, ridge = StandardScaler(), Ridge(alpha=10)
    ridge.fit(scaler.fit_transform(train[source.feature_names].to_numpy()), train["progression"])
    scores = ridge.predict(scaler.transform(holdout[source.feature_names].to_numpy()))
    graph = Graph()
    scaled = add_scaler(graph, graph.input("features", TensorProto.FLOAT, [len(source.feature_names)]), scaler)
    graph.node(
        "LinearRegressor", scaled, "progression", ML,
        coefficients=list(ridge.coef_), intercepts=[float(ridge.intercept_)], targets=1,
    )
    graph.output("progression", TensorProto.FLOAT, [1])
    graph.save(
        folder / "ridge.onnx", "Progression of diabetes after a year from ten measurements: scaler and ridge regression.",
        data="Efron et al. 2004, from scikit-learn", feature_names=json.dumps(source.feature_names),
    )
    write_csv(folder / "expected.csv", pd.DataFrame({"row": range(1, len(holdout) + 1), "ridge": scores}))
    truth = holdout["progression"]
    found = {
        "rmse": metrics.mean_squared_error(truth, scores, squared=False),
        "mean_absolute_error": metrics.mean_absolute_error(truth, scores),
        "median_absolute_error": metrics.median_absolute_error(truth, scores),
        "max_error": metrics.max_error(truth, scores),
        "mean_absolute_percentage_error": metrics.mean_absolute_percentage_error(truth, scores),
        "r2": metrics.r2_score(truth, scores),
        "explained_variance": metrics.explained_variance_score(truth, scores),
    }
    found = {"ridge": {name: number(value) for name, value in found.items()}}
    write_json(folder / "expected.json", {"holdout": {"rows": len(holdout), **found}})
    write_block(folder / "CARD.md", "holdout", metrics_table(found))


# ---- Digits -----------------------------------------------------------------------------------------------------------


def make_digits():
    folder, digits = HERE / "digits", load_digits()
    # 17 grey levels, spread over a byte; the model is trained on the very pixels that the files hold.
    pixels = np.round(digits.images * 255 / 16).astype(np.uint8)
    # The order of the source seems to follow its writers: the last 300 are harder than a random sample, and more honest.
    cut = len(pixels) - 300
    flat = pixels.reshape(len(pixels), 64) / 255
    network = MLPClassifier((64,), alpha=0.01, max_iter=1000, random_state=41).fit(flat[:cut], digits.target[:cut])
    (w1, w2), (b1, b2) = network.coefs_, network.intercepts_

    graph = Graph()
    image = graph.input("image", TensorProto.FLOAT, [1, 8, 8])
    scaled = graph.node("Div", [image, graph.constant("white", [255])], "scaled")
    hidden = graph.node("Flatten", scaled, "pixels", axis=1)
    hidden = graph.node("Gemm", [hidden, graph.constant("weights_1", w1), graph.constant("bias_1", b1)], "hidden")
    hidden = graph.node("Relu", hidden, "active")
    graph.node("Gemm", [hidden, graph.constant("weights_2", w2), graph.constant("bias_2", b2)], "logits")
    graph.output("logits", TensorProto.FLOAT, [10])
    graph.save(
        folder / "mlp.onnx", "A handwritten digit of 8 × 8 grey pixels, 0 to 255: one hidden layer of 64. Gives logits.",
        data="UCI Optical Recognition of Handwritten Digits, from scikit-learn",
    )

    shutil.rmtree(folder / "images", ignore_errors=True)
    (folder / "images").mkdir()
    files = [f"images/{row:04d}.png" for row in range(cut, len(pixels))]
    for file, image in zip(files, pixels[cut:]):
        Image.fromarray(image, mode="L").save(folder / file, optimize=True)
    truth = digits.target[cut:]
    write_csv(folder / "holdout.csv", pd.DataFrame({"file": files, "label": truth}))

    scores, labels = network.predict_proba(flat[cut:]), network.predict(flat[cut:])
    logits = np.maximum(flat[cut:] @ w1 + b1, 0) @ w2 + b2  # what predict_proba puts through the softmax
    exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
    assert np.abs(exponents / exponents.sum(axis=1, keepdims=True) - scores).max() < 1e-12
    expected = pd.DataFrame({"file": files, **{f"mlp:{k}": logits[:, k] for k in range(10)}})
    write_csv(folder / "expected.csv", expected.assign(**{"mlp:label": labels}))
    found = {"mlp": classification_metrics(truth, labels, scores, list(range(10)))}
    write_json(folder / "expected.json", {"holdout": {"rows": len(truth), **found}})
    write_block(folder / "CARD.md", "holdout", metrics_table(found))


if __name__ == "__main__":
    make_churn()
    make_wine()
    make_diabetes()
    make_digits()
    local = HERE.parent / "node_modules" / ".bin" / "node"
    subprocess.run([local if local.exists() else "node", HERE / "verify.mjs"], check=True)
