// Charts of statistics, drawn by ECharts on a canvas: it needs no style of the page, which the policy refuses. The
// table below has the same numbers for whoever cannot see it.
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, ToolboxComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { enhance } from "../enhance.js";

use([BarChart, LineChart, AriaComponent, GridComponent, ToolboxComponent, TooltipComponent, CanvasRenderer]);

const ROW = 26; // pixels of a bar with the space about it
const LONGEST = 14; // signs of a label; the table has all of it
const FONT = '"PingFang SC", "Microsoft YaHei", "Noto Sans SC", sans-serif';

enhance("[data-enhance=chart]", draw);

function draw(place) {
  const data = JSON.parse(place.dataset.chart);
  const narrow = place.clientWidth < 560;
  const wall = "wall" in place.dataset; // as high as the screen leaves room, with its colours and its size of type
  const small = "small" in place.dataset;
  if (!wall && !small && !data.overTime)
    place.style.height = `${Math.max(data.labels.length, 4) * ROW + 70}px`;
  const chart = init(place, null, { renderer: "canvas" });
  chart.setOption(data.overTime ? lineOf(data) : barsOf(data, narrow));
  if (wall) chart.setOption(onWall(place, data));
  chart.on("click", ({ dataIndex }) => {
    const address = data.urls[dataIndex];
    if (address) location.assign(address);
  });
  const watch = new ResizeObserver(() => {
    // htmx took it off the page.
    if (place.isConnected) return chart.resize();
    watch.disconnect();
    chart.dispose();
  });
  watch.observe(place);
}

function shared(data) {
  const colour = getComputedStyle(document.documentElement).getPropertyValue("--brand").trim();
  return {
    color: [colour],
    textStyle: { fontFamily: FONT },
    animationDuration: 300,
    aria: { enabled: false }, // the element says what it is, the table the rest
    // Drawn, too: a box of HTML would bring styles of its own.
    tooltip: { trigger: "axis", renderMode: "richText", axisPointer: { type: "shadow" } },
    toolbox: {
      right: 8,
      feature: {
        saveAsImage: { name: data.title, title: "保存图片", backgroundColor: "#fff", pixelRatio: 2 },
      },
    },
  };
}

function onWall(place, data) {
  const style = getComputedStyle(place);
  const text = { color: style.color, fontSize: Number.parseFloat(style.fontSize) };
  const faint = { lineStyle: { color: style.getPropertyValue("--line").trim() } };
  const values = { axisLabel: text, splitLine: faint };
  const names = { axisLabel: text, axisLine: faint };
  return {
    color: [style.getPropertyValue("--brand").trim()],
    animation: false, // it is drawn anew each minute
    toolbox: { show: false },
    tooltip: { show: false },
    xAxis: data.overTime ? names : { ...values, axisLabel: { ...text, hideOverlap: true } },
    yAxis: data.overTime ? values : names,
    series: [{ label: { ...text } }],
  };
}

function barsOf(data, narrow) {
  const most = narrow ? 8 : LONGEST;
  return {
    ...shared(data),
    grid: { left: 8, right: 56, top: 36, bottom: 8, containLabel: true },
    xAxis: { type: "value", minInterval: 1 },
    yAxis: {
      type: "category",
      inverse: true,
      data: data.labels,
      axisLabel: { formatter: (label) => (label.length > most ? `${label.slice(0, most - 1)}…` : label) },
      axisTick: { show: false },
    },
    series: [
      {
        type: "bar",
        name: data.name,
        data: data.values,
        barMaxWidth: 18,
        cursor: data.urls[0] ? "pointer" : "default",
        label: { show: true, position: "right", formatter: ({ value }) => value.toLocaleString() },
      },
    ],
  };
}

function lineOf(data) {
  return {
    ...shared(data),
    grid: { left: 8, right: 24, top: 36, bottom: 8, containLabel: true },
    xAxis: { type: "category", data: data.labels },
    yAxis: { type: "value", minInterval: 1 },
    series: [
      {
        type: data.labels.length > 2 ? "line" : "bar",
        name: data.name,
        data: data.values,
        symbolSize: 8,
        barMaxWidth: 48,
        areaStyle: { opacity: 0.12 },
        label: {
          show: data.labels.length <= 24,
          position: "top",
          formatter: ({ value }) => value.toLocaleString(),
        },
      },
    ],
  };
}
