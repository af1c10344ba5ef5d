/** Names of systems, which are not translated, by what Rust calls the platform. */
const names: Record<string, string> = {
  linux: "Linux",
  windows: "Windows",
  macos: "macOS",
  android: "Android",
  ios: "iOS",
};

export const systemName = (platform: string) => names[platform] ?? platform;
