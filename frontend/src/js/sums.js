// Sums of decimals as the calculation has them: binary fractions would show another one.
const DECIMAL = /^(-?\d*)(?:\.(\d*))?$/;

/** A decimal as a whole number and how many places it has; null for what is none. */
function whole(text) {
  const [, before, behind = ""] = DECIMAL.exec(text.trim()) ?? [];
  return /\d/.test((before ?? "") + behind)
    ? { digits: BigInt(before + behind), places: behind.length }
    : null;
}

/** The sum of products of two decimals each, without noughts behind the point; what is no number counts nothing. */
export function sumOfProducts(pairs) {
  let sum = 0n;
  let places = 0;
  for (const [one, other] of pairs) {
    const [a, b] = [whole(one), whole(other)];
    if (!a || !b) continue;
    const more = a.places + b.places - places;
    if (more > 0) {
      sum *= 10n ** BigInt(more);
      places += more;
    }
    sum += a.digits * b.digits * 10n ** BigInt(Math.max(0, -more));
  }
  const digits = String(sum < 0n ? -sum : sum).padStart(places + 1, "0");
  const behind = digits.slice(digits.length - places).replace(/0+$/, "");
  const text = digits.slice(0, digits.length - places) + (places && behind ? `.${behind}` : "");
  return sum < 0n ? `-${text}` : text;
}
