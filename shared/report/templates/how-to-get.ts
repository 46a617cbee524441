/** How evidence that a clause lacks comes about, where several rule books ask for the same. */
export const howToGet = {
  policy: 'Write a policy and hold the run against it: assay gate RUN --policy FILE.',
  review: 'Ask for a review: assay review request RUN --policy FILE.',
  outside: 'Assay has no evidence of it. Attach it, or mark the item as not applicable in the review.',
} as const
