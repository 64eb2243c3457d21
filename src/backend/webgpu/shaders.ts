/** The shaders, one concern each: those that are run, and what they share. */

import accumulate from "./shaders/accumulate.wgsl";
import backward from "./shaders/backward.wgsl";
import block from "./shaders/block.wgsl";
import columns from "./shaders/columns.wgsl";
import draw from "./shaders/draw.wgsl";
import entropies from "./shaders/entropies.wgsl";
import error from "./shaders/error.wgsl";
import expected from "./shaders/expected.wgsl";
import gather from "./shaders/gather.wgsl";
import gradientRow from "./shaders/gradientRow.wgsl";
import gram from "./shaders/gram.wgsl";
import group from "./shaders/group.wgsl";
import inputGradient from "./shaders/inputGradient.wgsl";
import inputRow from "./shaders/inputRow.wgsl";
import logitAt from "./shaders/logitAt.wgsl";
import logits from "./shaders/logits.wgsl";
import loss from "./shaders/loss.wgsl";
import meanRow from "./shaders/meanRow.wgsl";
import means from "./shaders/means.wgsl";
import optimizer from "./shaders/optimizer.wgsl";
import outputGradient from "./shaders/outputGradient.wgsl";
import pairLosses from "./shaders/pairLosses.wgsl";
import pairs from "./shaders/pairs.wgsl";
import predict from "./shaders/predict.wgsl";
import random from "./shaders/random.wgsl";
import resident from "./shaders/resident.wgsl";
import residentColumns from "./shaders/residentColumns.wgsl";
import residentDraw from "./shaders/residentDraw.wgsl";
import residentNorm from "./shaders/residentNorm.wgsl";
import residentPairs from "./shaders/residentPairs.wgsl";
import residentProducts from "./shaders/residentProducts.wgsl";
import residentRows from "./shaders/residentRows.wgsl";
import residentTokens from "./shaders/residentTokens.wgsl";
import residentUpdate from "./shaders/residentUpdate.wgsl";
import residentWeights from "./shaders/residentWeights.wgsl";
import scalars from "./shaders/scalars.wgsl";
import secondMoment from "./shaders/secondMoment.wgsl";
import softmax from "./shaders/softmax.wgsl";
import source from "./shaders/source.wgsl";
import squares from "./shaders/squares.wgsl";
import tile from "./shaders/tile.wgsl";
import token from "./shaders/token.wgsl";
import total from "./shaders/total.wgsl";
import update from "./shaders/update.wgsl";
import updateAt from "./shaders/updateAt.wgsl";
import updateNorm from "./shaders/updateNorm.wgsl";
import updateOutput from "./shaders/updateOutput.wgsl";

/** Functions that others use. */
export const shared: Readonly<Record<string, string>> = {
  block,
  error,
  gradientRow,
  inputRow,
  logitAt,
  loss,
  optimizer,
  outputGradient,
  pairs,
  random,
  residentColumns,
  residentDraw,
  residentNorm,
  residentPairs,
  residentProducts,
  residentRows,
  residentUpdate,
  residentWeights,
  scalars,
  source,
  tile,
  token,
  total,
  updateAt,
};

/** Those with an entry point, `main`. */
export const shaders = {
  accumulate,
  backward,
  columns,
  draw,
  entropies,
  expected,
  gather,
  gram,
  group,
  inputGradient,
  logits,
  meanRow,
  means,
  pairLosses,
  predict,
  resident,
  residentTokens,
  secondMoment,
  softmax,
  squares,
  update,
  updateNorm,
  updateOutput,
};
export type ShaderName = keyof typeof shaders;
