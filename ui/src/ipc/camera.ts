import { invoke } from "@tauri-apps/api/core";

/**
 * What a phone's camera reads in a QR. Its owner is asked for the camera the first time, and may go back without reading: both
 * reject with `UiError`. The plugin can be called from the screens only (capabilities/phone.json).
 */
export async function readWithCamera(): Promise<string> {
  try {
    await invoke("plugin:barcode-scanner|request_permissions");
    const read = await invoke<{ content: string }>("plugin:barcode-scanner|scan", {
      windowed: false,
      formats: ["QR_CODE"],
    });
    return read.content;
  } catch {
    throw { code: "qr_unreadable", detail: "camera" };
  }
}
