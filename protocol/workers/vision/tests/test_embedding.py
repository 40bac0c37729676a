"""`embed` against torchmetrics' CLIPScore and the classes of transformers, called directly."""

import numpy
import pytest
import torch
import transformers
from torchmetrics.multimodal.clip_score import CLIPScore

from conftest import sent
from worker_process import Refused

TEXTS = ["a red ball", "a", "striped umbrella on the beach, water at night", "map", "house!", "dog", "the kayak"]


class Features(torch.nn.Module):
    """CLIP as torchmetrics 1 wants it: transformers 5 answers more than the vectors."""

    def __init__(self, network):
        super().__init__()
        self.network = network
        self.config = network.config

    def get_image_features(self, *arguments):
        return self.network.get_image_features(*arguments).pooler_output

    def get_text_features(self, *arguments):
        return self.network.get_text_features(*arguments).pooler_output


def vectors(worker, **params):
    return [numpy.array(each["vector"]) for each in worker.ask("embed", params)["results"]]


@pytest.fixture(scope="module")
def clip_score(models):
    network = transformers.CLIPModel.from_pretrained(models["clip"]).eval()
    processor = transformers.CLIPProcessor.from_pretrained(models["clip"])
    return CLIPScore(model_name_or_path=lambda: (Features(network), processor))


def test_cosines_are_the_clip_scores(worker, clip_score, pictures):
    images = vectors(worker, images=[sent(each) for each in pictures])
    texts = vectors(worker, texts=TEXTS)
    scores = []
    for image, text, picture, words in zip(images, texts, pictures, TEXTS, strict=True):
        cosine = image @ text / (numpy.linalg.norm(image) * numpy.linalg.norm(text))
        scores.append(cosine)
        clip_score.reset()
        tensor = torch.from_numpy(numpy.array(picture)).permute(2, 0, 1)
        with torch.no_grad():
            clip_score.update(tensor, words)
        assert max(100 * cosine, 0) == pytest.approx(float(clip_score.compute()), abs=1e-4)
    assert max(scores) > 0.05 and len({round(each, 3) for each in scores}) > 4


def test_a_long_text_is_cut_before_its_end_token(worker, models):
    """As CLIP's processor cuts. torchmetrics cuts the end off, whose place the text's vector is taken from."""
    text = "the red ball on a beach " * 30
    network = transformers.CLIPModel.from_pretrained(models["clip"]).eval()
    processor = transformers.CLIPProcessor.from_pretrained(models["clip"])
    inputs = processor(text=[text], return_tensors="pt", truncation=True, max_length=77)
    assert inputs["input_ids"].shape[1] == 77
    with torch.no_grad():
        wanted = network.get_text_features(**inputs).pooler_output[0].numpy()
    assert vectors(worker, texts=[text])[0] == pytest.approx(wanted, abs=1e-5)


@pytest.mark.parametrize("model", ["clip", "siglip"])
def test_vectors_are_the_models_own(start, models, pictures, model):
    network = transformers.AutoModel.from_pretrained(models[model]).eval()
    processor = transformers.AutoImageProcessor.from_pretrained(models[model])
    tokenizer = transformers.AutoTokenizer.from_pretrained(models[model])
    filling = {"padding": "max_length"} if model == "siglip" else {"padding": True}
    with torch.no_grad():
        pixels = processor(pictures, return_tensors="pt")
        images = network.get_image_features(**pixels).pooler_output.numpy()
        tokens = tokenizer(TEXTS, truncation=True, return_tensors="pt", **filling)
        texts = network.get_text_features(**tokens).pooler_output.numpy()
    with start(clip=model, batch=4) as worker:
        facts = worker.ask("initialize", {"protocol": 1})["models"]["embedding"]
        assert facts["dimensions"] == images.shape[1] == texts.shape[1]
        assert facts["inputs"] == ["images", "texts"]
        assert numpy.array(vectors(worker, images=[sent(each) for each in pictures])) == pytest.approx(
            images, abs=1e-5)
        assert numpy.array(vectors(worker, texts=TEXTS)) == pytest.approx(texts, abs=1e-5)


def test_a_model_of_pictures_alone_refuses_texts(start, models, pictures):
    network = transformers.AutoModel.from_pretrained(models["dinov2"]).eval()
    processor = transformers.AutoImageProcessor.from_pretrained(models["dinov2"])
    with torch.no_grad():
        wanted = network(**processor(pictures, return_tensors="pt")).pooler_output.numpy()
    with start(clip="dinov2") as worker:
        facts = worker.ask("initialize", {"protocol": 1})["models"]["embedding"]
        assert (facts["class"], facts["dimensions"], facts["inputs"]) == ("Dinov2Model", 32, ["images"])
        found = vectors(worker, images=[sent(each) for each in pictures])
        assert numpy.array(found) == pytest.approx(wanted, abs=1e-5)
        with pytest.raises(Refused, match="Dinov2Model makes vectors of pictures alone") as refused:
            worker.ask("embed", {"texts": ["a"]})
        assert refused.value.code == -32602
