/** The bytes of a file that was chosen. */
export function bytesOf(file: File): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(new Uint8Array(reader.result as ArrayBuffer));
    reader.onerror = () => reject({ code: "qr_unreadable" });
    reader.readAsArrayBuffer(file);
  });
}
