import { createUniqueId, Show } from "solid-js";
import type { BroughtUpView } from "../bindings/BroughtUpView";
import { scanCamera, scanClipboard, scanPicture } from "../ipc/commands";
import { useApp } from "../state/app";
import { bytesOf } from "../state/file";
import { createTask } from "../state/task";
import { t } from "../texts/texts";
import { Button } from "./Button";
import { ErrorBox } from "./ErrorBox";

/** Reads a page's QR: with the camera on phones, from a picture everywhere. */
export const Scan = () => {
  const app = useApp();
  const hintId = createUniqueId();
  let file: HTMLInputElement | undefined;
  let chosen: File | undefined;

  const reading = (read: () => Promise<BroughtUpView>) =>
    createTask(async () => {
      try {
        app.bringUp(await read());
      } catch (error) {
        await app.refreshIfDeviceIsGone(error as { code: string });
        throw error;
      }
    });
  const camera = reading(scanCamera);
  const clipboard = reading(scanClipboard);
  const picture = reading(async () => scanPicture(chosen ? await bytesOf(chosen) : new Uint8Array()));
  const tasks = [camera, clipboard, picture];
  const start = (task: (typeof tasks)[number]) => {
    for (const other of tasks) other.clear();
    void task.run();
  };

  return (
    <div class="scan">
      <Show when={camera.error() ?? clipboard.error() ?? picture.error()} keyed>
        {(error) => <ErrorBox error={error} />}
      </Show>
      <p id={hintId}>{app.status()?.camera ? t("app-scan-camera-text") : t("app-scan-text")}</p>
      <div class="actions">
        <Show
          when={app.status()?.camera}
          fallback={
            <Button
              variant="tertiary"
              testid="scan-clipboard"
              aria-describedby={hintId}
              busy={clipboard.busy()}
              onClick={() => start(clipboard)}
            >
              {t("app-scan-clipboard")}
            </Button>
          }
        >
          <Button testid="scan-camera" busy={camera.busy()} onClick={() => start(camera)}>
            {t("app-scan-camera")}
          </Button>
        </Show>
        <Button
          variant="tertiary"
          testid="scan-picture"
          aria-describedby={hintId}
          busy={picture.busy()}
          onClick={() => file?.click()}
        >
          {t("app-scan-picture")}
        </Button>
        <input
          type="file"
          hidden
          accept="image/png,image/jpeg"
          data-testid="scan-file"
          ref={file}
          onChange={(event) => {
            chosen = event.currentTarget.files?.[0];
            // The same file may be chosen again.
            if (chosen) start(picture);
            event.currentTarget.value = "";
          }}
        />
      </div>
    </div>
  );
};
