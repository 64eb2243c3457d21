/**
 * Stryker's runner for vitest, which takes a fault for unnoticed when it fails while a test file is being collected (in
 * the table of a `test.each`, say): there is no test then that could have failed. Here the file has.
 */
import { declareFactoryPlugin, PluginKind } from "@stryker-mutator/api/plugin";
import { strykerPlugins as originals } from "@stryker-mutator/vitest-runner";

export { strykerValidationSchema } from "@stryker-mutator/vitest-runner";

const [{ factory: original }] = originals;

function collecting(injector) {
  const runner = original(injector);
  const mutantRun = runner.mutantRun.bind(runner);
  runner.mutantRun = async (options) => {
    const result = await mutantRun(options);
    const failed = runner.ctx.state.getFiles().find(({ result }) => result?.state === "fail");
    if (result.status !== "survived" || !failed) return result;
    const failureMessage = `${failed.name} cannot be collected`;
    return { status: "killed", killedBy: [], failureMessage, nrOfTests: result.nrOfTests };
  };
  return runner;
}
collecting.inject = original.inject;

export const strykerPlugins = [declareFactoryPlugin(PluginKind.TestRunner, "collecting", collecting)];
