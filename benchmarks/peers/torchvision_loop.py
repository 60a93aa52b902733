"""The plain torchvision (or timm) training loop: ResNet-18, 128 px, batch 32, SGD, fp32; prints images per second as
JSON.

Synthetic pictures in memory, so that the loop alone is timed, not the disk. Run by benchmarks/peers.
"""

import json
import sys
import time

import torch

library, steps = sys.argv[1], int(sys.argv[2])
torch.manual_seed(0)
if library == "timm":
    import timm

    net = timm.create_model("resnet18", num_classes=10)
else:
    import torchvision

    net = torchvision.models.resnet18(num_classes=10)
net.train()
optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
images, targets = torch.randn(32, 3, 128, 128), torch.randint(0, 10, (32,))
for step in range(steps + 3):
    if step == 3:
        began = time.perf_counter()
    loss = torch.nn.functional.cross_entropy(net(images), targets)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(json.dumps({"images_per_second": 32 * steps / (time.perf_counter() - began)}))
