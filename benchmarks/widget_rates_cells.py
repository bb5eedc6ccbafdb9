"""The cells of the notebook of `benchmarks.widget_rates`: one widget each, made as the chapters do.

They run in the notebook's kernel, not here.
"""

import anywidget
import glia
import glia.widgets as W
import numpy as np
import traitlets
from glia import models
from glia.data import CharTokenizer
from glia.widgets.explorer import Explorer, choice, slider
from glia.widgets.svg import picture, text
from IPython.display import display

glia.manual_seed(0)
letters = CharTokenizer(glia.data.load_shakespeare().train)
shown = []


def show(name, widget):
    """Display it and keep it under this name."""
    shown.append((name, widget))
    display(widget)


def neuron(w, x, b):
    """A neuron with a ReLU."""
    u = w * x
    v = u + b
    a = v.relu()
    return a, {"u": u, "v": v, "a": a}


def weights(*shape):
    """Rows that sum to 1, as attention makes them."""
    z = np.exp(2 * np.random.default_rng(0).normal(size=shape))
    return z / z.sum(-1, keepdims=True)


date, long = "Mar 9, 2081x", "dimanche 15 juin 2064"
# %%


class Empty(anywidget.AnyWidget):
    """A slider and a word, without anything of glia's."""

    _esm = """export default { render({ model, el }) {
      el.innerHTML = `<section class="glia"><div class="glia-controls"><div>
        <input type="range" max="99" step="1"></div></div>
        <div class="glia-picture"></div></section>`;
      const input = el.querySelector("input");
      input.oninput = () => { model.set("value", Number(input.value)); model.save_changes(); };
      model.on("change:word", () => {
        el.querySelector(".glia-picture").innerHTML = model.get("word");
      });
    } };"""
    controls = ({"kind": "range", "name": "value"},)
    frame_by = ""
    value = traitlets.Int(0).tag(sync=True)
    word = traitlets.Unicode("").tag(sync=True)

    @traitlets.observe("value")
    def _answer(self, _change):
        self.word = f"now {self.value}"


show("an empty anywidget", Empty())
# %%


class Nothing(Explorer):
    """A slider and a word as a widget of glia's."""

    value = traitlets.Int(0).tag(sync=True)
    menu = traitlets.Int(0).tag(sync=True)

    def draw(self):
        """The word."""
        word = f"now {self.value} and {self.menu}"
        return {"svg": picture(90, 20, text(4, 14, word), alt=word), "say": word}


menu = choice("menu", "menu", [(n, str(n)) for n in range(9)])
show("an empty widget of ours", Nothing(controls=[slider("value", "value", 0, 99), menu]))
# %%
show("PerceptronExplorer", W.PerceptronExplorer())
# %%
show("GateExplorer", W.GateExplorer(gate="and"))
# %%
show("XorHiddenUnits", W.XorHiddenUnits())
# %%
show("NeuronSignal", W.NeuronSignal())
# %%
show("LogisticLossExplorer", W.LogisticLossExplorer())
# %%
show("GradientFlow", W.GradientFlow())
# %%
show("SoftmaxTemperature", W.SoftmaxTemperature())
# %%
show("ForwardPass", W.ForwardPass(x1=1.0, x2=0.8))
# %%
show("WeightConventions", W.WeightConventions(neurons=3, inputs=3))
# %%
show("BoundaryByWidth", W.BoundaryByWidth(data="xor"))
# %%
show("ReluBumps", W.ReluBumps(start="six"))
# %%
show("DescentContour", W.DescentContour(surface="valley", lr=0.1))
# %%
show("MinibatchNoise", W.MinibatchNoise(batch_size=4))
# %%
show("BackpropGraph", W.BackpropGraph(neuron, w=2.0, x=3.0, b=1.0))
# %%
show("WorkedNetStepper", W.WorkedNetStepper())
# %%
show("Playground", W.Playground(data="xor", depth=1, width=4, activation="tanh", notch=5))
# %%
show("ConvolutionStepper", W.ConvolutionStepper(start="five"))
# %%
show("FilterLab", W.FilterLab(filter="vertical"))
# %%
show("FeatureMaps", W.FeatureMaps(models.LeNet5()))
# %%
show("ReceptiveField", W.ReceptiveField())
# %%
show("RNNUnroller", W.RNNUnroller(radius=1.2, activation="linear", steps=20, signal="wave"))
# %%
gru = models.CharRNN(len(letters), 24, 48, kind="GRU")
show("GateViewer, GRU", W.GateViewer(gru, letters, text="The queen is dead. Long live"))
# %%
lstm = models.CharRNN(len(letters), 24, 48, kind="LSTM")
show("GateViewer, LSTM", W.GateViewer(lstm, letters, text="to be, or not to be", part="c"))
# %%
aligned = [weights(10, len(long)), weights(10, len(date))]
show("AttentionExplorer, alignment",
     W.AttentionExplorer(aligned, ["2064-06-15", "1932-03-09"], [long, date]))  # fmt: skip
# %%
heads = [weights(2, 4, len(long), len(long)), weights(2, 4, len(date), len(date))]
show("AttentionExplorer, heads", W.AttentionExplorer(heads, [long, date]))
# %%
show("PositionalEncodingExplorer", W.PositionalEncodingExplorer(d_model=32))
# %%
gpt = models.GPT(len(letters), context=64, d_model=128, nhead=4, num_layers=1)
show("GPTSampler", W.GPTSampler(gpt, letters, prompt="HAMLET:↵To be"))
