"""The figures that the README shows: few, and for each what stands beside it."""

from typing import NamedTuple


class Chosen(NamedTuple):
    """A row of a result file, and what it is called for people.

    Args:
        suite: of the result.
        what: of the row, whole.
        said: in the README.
        beside: the row of the same suite that it is to be seen beside; none if empty.
        named: what that one is called.
    """

    suite: str
    what: str
    said: str
    beside: str = ""
    named: str = ""


CHOSEN = (
    Chosen(
        "hand-signs",
        "sign_digits: Lenslet, defaults, 150 s, 330 pictures a seed",
        "hand signs 0 to 9, from noise, 150 s: right",
        "sign_digits: Ultralytics YOLO11n-cls, 150 s, same pictures",
        "YOLO11n-cls",
    ),
    Chosen(
        "transfer",
        "natural, 10 pictures a class, 80 passes, 525 tested",
        "20 kinds of things, 10 pictures each, from `natural`: right",
        "scratch (facet_s), 10 pictures a class, 80 passes, 525 tested",
        "from noise",
    ),
    Chosen(
        "cifar10",
        "CIFAR-10, lenslet train --minutes 15, the defaults (bead_m): test accuracy",
        "CIFAR-10, 15 minutes: right",
    ),
    Chosen(
        "detection",
        "bccd: Lenslet, defaults, 13 minutes: mAP50",
        "blood cells, 205 pictures, 13 minutes: mAP50",
        "bccd: Ultralytics YOLO11n from scratch, 13 minutes: mAP50",
        "YOLO11n",
    ),
    Chosen(
        "detection",
        "bccd: Lenslet, defaults, 13 minutes: mAP",
        "the same: mAP as COCO has it",
        "bccd: Ultralytics YOLO11n from scratch, 13 minutes: mAP",
        "YOLO11n",
    ),
    Chosen(
        "detect-speed",
        "argus_s, 1 thread",
        "a picture of 320 pixels, file to boxes, one thread",
        "YOLO11n, 1 thread",
        "YOLO11n",
    ),
    Chosen("omniglot", "mean of the two sets", "Omniglot, 20-way one-shot from five alphabets: wrong"),
    Chosen(
        "face-finder",
        "226 held-out composed scenes, facefinder: recall at IoU 0.5",
        "faces found in composed scenes",
        "226 held-out composed scenes, YuNet: recall at IoU 0.5",
        "YuNet",
    ),
    Chosen(
        "faces",
        "31 people of face_keypoints held out, faces: AUC",
        "`faces`, people never seen, video frames: AUC",
        "31 people of face_keypoints held out, pixels: AUC",
        "plain pixels",
    ),
    Chosen(
        "gallery",
        "time of Lenslet over that of FAISS, 1 thread",
        "search among 1,000,000 encodings: time over that of FAISS",
    ),
    Chosen(
        "training-speed",
        "Lenslet, full augmentation / torchvision plain loop",
        "training ResNet-18 at 128 pixels: speed over that of a plain torchvision loop",
    ),
    Chosen(
        "fast-style",
        "fast style, 512 px, open, paint, save as PNG",
        "a photo of 512 pixels painted in a style learned once, file to file",
    ),
    Chosen(
        "serve",
        "64 clients, together over one by one",
        "a server with 64 clients: answers a second, pictures together over one by one",
    ),
)
