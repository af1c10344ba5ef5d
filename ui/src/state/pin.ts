/** A PIN in groups for the eye: 123456 → 123 456, 12345678 → 1234 5678, A7K → A7K. */
export function pinGroups(pin: string): string[] {
  const size = pin.length % 4 === 0 ? 4 : 3;
  const groups: string[] = [];
  for (let start = 0; start < pin.length; start += size) groups.push(pin.slice(start, start + size));
  return groups;
}

/** A PIN for a screen reader, character by character: "1, 2, 3". Without the commas it would be read as a number. */
export const pinSpoken = (pin: string) => [...pin].join(", ");
