// The webcam: a frame is sent when the one before was answered, so that nothing ever waits in a line.
(() => {
  const U = window.LensletUse, el = U.el;
  const WIDE = 640; // pixels of a frame that is sent
  let stream = null;
  const video = el("video", { muted: true, playsInline: true, hidden: true, "aria-hidden": "true" });
  const viewer = U.viewer("What the camera sees", { high: 420 });
  const said = el("p#use-camera-said", { role: "status" }), rate = el("small#use-camera-rate");
  const model = el("select#use-camera-model");
  const frame = document.createElement("canvas");
  const dialog = el("dialog#use-camera", { "aria-labelledby": "use-camera-title", onclose: close },
    el("form", { method: "dialog" }, el("h2#use-camera-title", {}, "Webcam"), U.field("Answer live", model), viewer.element, video, said, rate,
      el("div.row-of", {}, U.button("Take a picture", take, "main"), el("button.plain", { type: "submit" }, "Close")),
      el("p.use-note", {}, "Frames go to the studio on this computer, are answered, and are kept nowhere.")));

  async function open() {
    dialog.showModal();
    U.camera.live = true; // the pictures on the page wait meanwhile
    said.textContent = "";
    U.options(model, [["", "no model"], ...U.usable().map((one) => [one.name, one.name])], model.value || U.model || "");
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1280 } }, audio: false });
    } catch (error) {
      said.textContent = error.name === "NotAllowedError"
        ? "The browser may not use the camera: allow it for this page, then try again."
        : "No camera was found, or another program uses it.";
      return;
    }
    if (!dialog.open) return close(); // closed while the browser asked
    video.srcObject = stream;
    await video.play();
    if (stream) loop(stream);
  }
  function close() {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    video.srcObject = null;
    U.camera.live = false;
    U.fire("camera");
  }
  const grab = (wide) => {
    const scale = Math.min(1, wide / video.videoWidth);
    frame.width = Math.round(video.videoWidth * scale);
    frame.height = Math.round(video.videoHeight * scale);
    frame.getContext("2d").drawImage(video, 0, 0, frame.width, frame.height);
    return new Promise((good) => frame.toBlob(good, "image/jpeg", 0.85));
  };
  async function loop(mine) {
    let times = [];
    while (stream === mine) {
      if (!video.videoWidth) { await new Promise(requestAnimationFrame); continue; }
      const asked = model.value;
      viewer.put(video, video.videoHeight, video.videoWidth);
      if (!asked) {
        viewer.draws(null, "What the camera sees");
        said.textContent = rate.textContent = "";
        await new Promise(requestAnimationFrame);
        continue;
      }
      try {
        const content = await grab(WIDE);
        const answer = await (await U.fetch("frame?" + new URLSearchParams({ model: asked }), { method: "POST", body: content })).json();
        if (stream !== mine) return;
        viewer.put(await createImageBitmap(frame), answer.height, answer.width);
        viewer.draws(U.drawn(answer, answer.threshold), U.words(answer, answer.threshold));
        said.textContent = U.words(answer, answer.threshold);
        times = [...times, performance.now()].slice(-10);
        if (times.length > 1) rate.textContent = `${(1000 * (times.length - 1) / (times.at(-1) - times[0])).toFixed(1)} answers a second`;
      } catch (error) {
        said.textContent = error.message;
        await new Promise((good) => setTimeout(good, 1000));
      }
    }
  }
  async function take() {
    if (!stream || !video.videoWidth) throw new Error("There is no camera picture to take.");
    const content = await grab(1920);
    const at = new Date();
    const name = `webcam ${at.toTimeString().slice(0, 8).replaceAll(":", "-")}.jpg`;
    dialog.close();
    await U.tray.add([new File([content], name, { type: "image/jpeg" })]);
  }
  U.camera = { live: false, open: () => open().catch(U.told), element: dialog };
})();
