"""Mean average precision, by the COCO tool."""

from collections.abc import Sequence

from lenslet.results import Detections


def mean_average_precision(answers: Sequence[Detections], truth: Sequence[Detections]) -> dict[str, float]:
    """temporary"""
    import contextlib
    import io

    from faster_coco_eval import COCO, COCOeval_faster

    imgs, anns, dets = [], [], []
    for i, (a, t) in enumerate(zip(answers, truth, strict=True)):
        imgs.append({"id": i, "height": 1, "width": 1, "file_name": str(i)})
        for b, k in zip(t.boxes.tolist(), t.labels.tolist(), strict=True):
            w, h = b[2] - b[0], b[3] - b[1]
            anns.append(
                {
                    "id": len(anns) + 1,
                    "image_id": i,
                    "category_id": k + 1,
                    "bbox": [b[0], b[1], w, h],
                    "area": w * h,
                    "iscrowd": 0,
                }
            )
        for b, s, k in zip(a.boxes.tolist(), a.scores.tolist(), a.labels.tolist(), strict=True):
            dets.append(
                {"image_id": i, "category_id": k + 1, "bbox": [b[0], b[1], b[2] - b[0], b[3] - b[1]], "score": s}
            )
    if not dets or not anns:
        return {"map50": 0.0, "map": 0.0}
    with contextlib.redirect_stdout(io.StringIO()):
        g = COCO(
            {
                "images": imgs,
                "annotations": anns,
                "categories": [{"id": j + 1, "name": n} for j, n in enumerate(truth[0].names)],
            }
        )
        e = COCOeval_faster(g, g.loadRes(dets), "bbox", extra_calc=False)
        e.run()
    return {"map50": float(e.stats_as_dict["AP_50"]), "map": float(e.stats_as_dict["AP_all"])}
