/** The page: what it is laid out of. */
import { type ReadonlySignal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ConfigPanel } from "../controls/configPanel.js";
import { RunList } from "../runs/runList.js";
import type { Lab } from "../state/lab.js";
import { Header } from "./header.js";
import { Intro } from "./intro.js";
import { Later } from "./later.js";
import { Panels } from "./panels.js";
import { Scrubber } from "./scrubber.js";
import { Toast } from "./toast.js";

export interface AppProps {
  lab: Lab;
  /** Whether the server follows one. */
  hasDirectory: ReadonlySignal<boolean>;
}

export function App({ lab, hasDirectory }: AppProps) {
  const sharing = useSignal(false);
  useEffect(() => {
    import("../lecture/index.js").then(({ installKeys }) => installKeys(lab));
  }, []);
  return (
    <>
      <Header lab={lab} onShare={() => (sharing.value = true)} />
      <main class="lab">
        <aside class="side" aria-label="runs and their settings">
          {lab.runs.value.length > 0 && <RunList lab={lab} />}
          <ConfigPanel lab={lab} />
        </aside>
        <div class="content">
          {!hasDirectory.value && <Intro lab={lab} />}
          {lab.chapter.value !== undefined && <Later load={loadTour} props={{ lab }} />}
          {hasDirectory.value && <Later load={loadDirectory} props={{ lab }} />}
          {lab.runs.value.length > 0 && <Panels lab={lab} />}
          <Scrubber lab={lab}>{isPromised(lab) && <Later load={loadSameBits} props={{ lab }} />}</Scrubber>
        </div>
      </main>
      {sharing.value && <Later load={loadShare} props={{ lab, onClose: () => (sharing.value = false) }} />}
      <Toast lab={lab} />
    </>
  );
}

/** Whether there is something to say of bits: of those that a link has said, and of those that nobody else has. */
const isPromised = ({ runs }: Lab) =>
  runs.value.some(({ config, replicas }) =>
    replicas.value.some(({ expectedHash }) => expectedHash || config.value.arithmetic === "relaxed"),
  );

const loadSameBits = () => import("../share/sameBits.js").then(({ SameBits }) => SameBits);
const loadTour = () => import("../tour/index.js").then(({ Tour }) => Tour);
const loadDirectory = () => import("../directory/index.js").then(({ Directory }) => Directory);
const loadShare = () => import("../share/index.js").then(({ Share }) => Share);
