-- Which learning rate is best for which vocabulary, from an exported table of a sweep, in DuckDB:
--   unigram-lab sweep --vary learningRate=log:1e-4:1e-1:4 --vary vocabSize=50,200 --steps 1000 --seeds 3 --out results
--   unigram-lab export results --out runs.parquet
--   duckdb < learning-rates.sql        # or in Node: npm install && npm start

-- One row an evaluation: what was measured, then every field of the config. Losses are in nats.
-- config.learningRate is the config's; learningRate is the rate at that step, of a schedule too.
CREATE VIEW records AS
SELECT *, "config.learningRate"::DOUBLE AS rate FROM 'runs.parquet';

-- The end of every run. One whose loss stopped being finite has no loss there: it is counted, not averaged.
CREATE VIEW ends AS
SELECT * FROM records QUALIFY row_number() OVER (PARTITION BY run ORDER BY step DESC) = 1;

CREATE VIEW over_seeds AS
SELECT vocabSize, rate, avg(excessLoss) AS mean, stddev_samp(excessLoss) AS sd, count(excessLoss)::INTEGER AS seeds,
  count(*) FILTER (diverged)::INTEGER AS diverged
FROM ends GROUP BY ALL;

SELECT vocabSize, rate, round(mean, 4) AS mean, round(sd, 4) AS sd, seeds, diverged
FROM over_seeds ORDER BY vocabSize, rate;

-- The best rate of each vocabulary; losses of different vocabularies are not compared.
SELECT vocabSize, arg_min(rate, mean) AS best_rate FROM over_seeds GROUP BY vocabSize ORDER BY vocabSize;

-- How fast: the first evaluation at which a run is within 0.1 nats of the entropy; the median over the seeds that get there.
SELECT vocabSize, rate, median(step) AS steps, count(*)::INTEGER AS seeds
FROM (SELECT vocabSize, rate, run, min(step) AS step FROM records WHERE excessLoss < 0.1 GROUP BY ALL)
GROUP BY ALL ORDER BY vocabSize, rate;
