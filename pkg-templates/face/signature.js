// A signature that the host checks, while nothing else is left to do: no timer runs beside it, and no task.

/**
 * What wasm makes of the token that it knows by `number`, when it is `checked`; `undefined` where all is to be done
 * again the long way, which says what is wrong.
 */
export async function settled({ enter }, number, checked) {
  let isGood = false;
  try {
    isGood = (await checked) === true;
  } catch {
    // The long way meets it again.
  }
  return enter((kernel) => kernel.settled(number, isGood));
}
