# The bot as an image. Written with care, but not built or run by this repository's own checks.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

RUN useradd --create-home --uid 10001 yinuo \
    && mkdir /data \
    && chown yinuo:yinuo /data

WORKDIR /app
COPY requirements.in requirements.txt ./
# Only what the bot needs to run, in the versions pinned for everything.
RUN pip install --requirement requirements.in --constraint requirements.txt
COPY bot ./bot
COPY handlers ./handlers
COPY prompts ./prompts
COPY scheduler ./scheduler
COPY storage ./storage
COPY main.py LICENSE ./

USER yinuo
VOLUME /data
ENV DATABASE_URL=sqlite:////data/yinuo.db \
    HOST=0.0.0.0
EXPOSE 8080
HEALTHCHECK CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=3)"]
CMD ["python", "main.py", "serve", "--empty"]
