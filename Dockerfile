# The image of every service in docker-compose.yml. TORCH_INDEX chooses the build of torch:
# https://download.pytorch.org/whl/cpu (the default) or one of PyTorch's CUDA indexes.
FROM python:3.12-slim
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu

WORKDIR /kairoscope
COPY pyproject.toml README.md LICENSE ./
COPY model ./model
COPY worker ./worker
COPY app ./app
COPY static ./static
COPY docs/results/reproduction-*.json ./docs/results/
RUN pip install --no-cache-dir --no-deps --index-url "$TORCH_INDEX" \
        "$(sed -n 's/^ *"\(torch==[^"]*\)".*/\1/p' pyproject.toml)" \
    && pip install --no-cache-dir --editable . \
    && useradd --create-home kairoscope && mkdir /data && chown kairoscope /data

USER kairoscope
VOLUME /data
