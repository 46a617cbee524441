/** What the maps of a picture are called, and how each is made. */
import type { ImageMethod } from '../contract/explain-image.ts'

export const imageMethodTitles: Readonly<Record<ImageMethod, string>> = {
  occlusion: 'Occlusion',
  rise: 'RISE',
  superpixels: 'Superpixel SHAP',
}

export const imageMethodNotes: Readonly<Record<ImageMethod, string>> = {
  occlusion: 'Patches are hidden one after another: how much the score falls.',
  rise: 'Random smooth masks: how much the score rises with a pixel’s visibility.',
  superpixels: 'Shapley values of pieces of one colour, spread over their pixels.',
}
