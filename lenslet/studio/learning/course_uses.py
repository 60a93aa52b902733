"""Weeks 3 and 4: where things are, who they are, and how they are painted."""

from lenslet.studio.learning.item import Item

__all__ = ["USES"]

USES: tuple[Item, ...] = (
    Item(
        "3.1",
        "localisation",
        "One thing a picture: y = (p_c, b_x, b_y, b_h, b_w, c_1 … c_n). Where p_c is 0, the rest of y does not "
        "count in the loss.",
        ("lenslet.Localizer", "lenslet.nets.locus_s", "lenslet.tasks.localize.loss.losses", "lenslet train"),
        "/learn/grid",
    ),
    Item(
        "3.2",
        "landmarks",
        "A net can say points instead of a box: y = (p_c, l_1x, l_1y, … l_Kx, l_Ky). The corner of an eye must "
        "be the same number in every picture.",
        ("lenslet.Landmarker", "lenslet.nets.stylus_s", "lenslet.tasks.landmark.flips.ibug", "lenslet train"),
        "/learn/landmarks",
    ),
    Item(
        "3.3",
        "labelling: files of other programs, in and out",
        "Draw boxes and points, and name them, on your own pictures. Files of COCO, YOLO, VOC and Label Studio "
        "go in and out.",
        ("lenslet.convert", "lenslet.data.read_boxes", "lenslet data"),
        "/label",
    ),
    Item(
        "3.4",
        "the grid",
        "Lay a grid over the picture: each cell has a y of its own. The cell that holds the centre of a thing "
        "owns it, however large the thing is.",
        ("lenslet train --assign centre", "lenslet.tasks.detect.assign.centre_cells", "lenslet demo"),
        "/learn/grid",
    ),
    Item(
        "3.5",
        "intersection over union",
        "The area that two boxes have in common, divided by the area that they cover together: 1 for equal "
        "ones, 0 for boxes apart; from 0.5 on an answer counts as right.",
        ("lenslet.boxes.iou", "lenslet.boxes.giou", "lenslet.boxes.ciou", "lenslet demo"),
        "/learn/overlap",
    ),
    Item(
        "3.6",
        "non-max suppression",
        "Many cells find one thing. Drop boxes with a low score; take the best that is left; drop what overlaps"
        " it; and again. Each class by itself.",
        ("lenslet.boxes.nms", "lenslet.boxes.soft_nms", "lenslet.boxes.merge", "lenslet demo"),
        "/learn/suppression",
    ),
    Item(
        "3.7",
        "anchor boxes",
        "Several shapes a cell: a thing goes to the cell that holds its centre, and there to the anchor whose "
        "shape is most like it. So one cell can own two things. The shapes are chosen from the data.",
        ("lenslet train --head anchors", "lenslet.tasks.detect.shapes.anchor_shapes", "lenslet demo"),
        "/learn/grid",
    ),
    Item(
        "3.8",
        "YOLO",
        "All together: a grid, anchors, a y for each anchor of each cell, in one pass of a net; then non-max "
        "suppression. To train one on your own boxes, go to Train.",
        ("lenslet.train", "lenslet.Detector", "lenslet.nets.argus_s", "lenslet.export"),
        "/learn/grid",
    ),
    Item(
        "4.1",
        "verification",
        "Is this who they say they are? One picture against one: the same if d is below τ. For faces see the page Use.",
        ("lenslet.Gallery", "lenslet.Verification", "lenslet face"),
        "/learn/likeness",
    ),
    Item(
        "4.2",
        "recognition, or unknown",
        "Who is this, of K people? The nearest of them, if d is below τ; else: nobody I know. With 100 people "
        "one in a hundred false matches is far too many.",
        ("lenslet.Gallery", "lenslet.Identification", "lenslet face"),
        "/learn/likeness",
    ),
    Item(
        "4.3",
        "one-shot learning: one picture, no retraining",
        "One picture of each must do. So do not learn to name people; learn to compare. When somebody joins, "
        "nothing is trained again.",
        ("lenslet.Gallery", "lenslet face"),
        "/learn/likeness",
    ),
    Item(
        "4.4",
        "degree of difference d, and tau from one's own people",
        "d(picture 1, picture 2): a number that says how different two pictures are. Up to τ they are the same."
        " A larger τ lets more strangers in, a smaller one turns more friends away.",
        (
            "lenslet.Embedder",
            "lenslet.Encoding",
            "lenslet.tasks.face.metrics.squared",
            "lenslet.gallery.calibrate.calibrated",
            "lenslet face",
        ),
        "/learn/likeness",
    ),
    Item(
        "4.5",
        "Siamese net, encodings of 128 numbers",
        "One net, used on both pictures, turns each into 128 numbers f(x). d is the squared distance of the "
        "two: |f(x_1) − f(x_2)|².",
        ("lenslet.nets.cameo_s", "lenslet.tasks.face.learning.Learning", "lenslet train --task face"),
        "/learn/likeness",
    ),
    Item(
        "4.6",
        "triplet loss, hard triplets, collapse",
        "An anchor, a positive and a negative: |f(A) − f(P)|² + α is to be no more than |f(A) − f(N)|². Without"
        " the margin α a net that answers 0 to everything would do. Learn from triplets that are hard.",
        (
            "lenslet.tasks.face.triplet.triplet",
            "lenslet.tasks.face.mine.mine",
            "lenslet.tasks.face.collapse.Collapse",
            "lenslet train --loss triplet",
        ),
        "/learn/triplet",
    ),
    Item(
        "4.7",
        "the binary head",
        "Or ask a question with two answers: σ(Σ w_k |f(x_i)_k − f(x_j)_k| + b) says whether the two are the same.",
        ("lenslet.tasks.face.binary.BinaryHead", "lenslet train --loss binary"),
        "/learn/triplet",
    ),
    Item(
        "4.8",
        "what ConvNets learn",
        "Which pictures does a unit answer most to? In the first layer: edges and colours. Deeper ones see more"
        " of the picture, and answer to more involved things.",
        (
            "lenslet.explain",
            "lenslet.tasks.explain.top.top_patches",
            "lenslet.tasks.explain.cam.activation_map",
            "lenslet.tasks.explain.occlude.occlude",
            "lenslet explain",
        ),
        "/learn/units",
    ),
    Item(
        "4.9",
        "style: the cost",
        "J(G) = α J_content(C, G) + β J_style(S, G). Start G anywhere, and go down the slope of J by its "
        "pixels. The page Use paints.",
        (
            "lenslet.tasks.style.loss.painting_cost",
            "lenslet.loops.paint",
            "lenslet stylize",
            "lenslet.nets.brush_s",
            "lenslet train --task style",
        ),
        "/learn/style",
    ),
    Item(
        "4.10",
        "content cost",
        "Two pictures have the same content if the activations of a layer in the middle are nearly equal: ½ "
        "|a(C) − a(G)|².",
        ("lenslet.tasks.style.loss.content_cost",),
        "/learn/style",
    ),
    Item(
        "4.11",
        "style matrix",
        "Style is which channels are active together, wherever that is: G_kk′ = Σ_ij a_ijk a_ijk′. Where things"
        " stand is summed away.",
        ("lenslet.tasks.style.loss.style_matrix",),
        "/learn/style",
    ),
    Item(
        "4.12",
        "style cost",
        "How far the style matrices of two pictures are apart, divided by (2 n_H n_W n_C)², and summed over "
        "several layers with weights λ.",
        ("lenslet.tasks.style.loss.style_cost", "style_cost_over_layers"),
        "/learn/style",
    ),
)
