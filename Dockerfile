# One image for every stage: the command names the stage (yuqing crawl, judge, group, ...).
FROM python:3.11.13-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/yuqing
WORKDIR /src
# the dependencies change less often than the code, so they make a layer of their own
COPY requirements.lock ./
RUN /opt/yuqing/bin/pip install --require-hashes -r requirements.lock
COPY . .
RUN /opt/yuqing/bin/pip install --no-deps --no-build-isolation .

FROM python:3.11.13-slim-bookworm
ENV PATH=/opt/yuqing/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    MPLCONFIGDIR=/tmp/matplotlib
RUN groupadd --gid 10001 yuqing \
 && useradd --uid 10001 --gid yuqing --home-dir /var/lib/yuqing --shell /usr/sbin/nologin yuqing \
 && install -d -o yuqing -g yuqing -m 0750 /var/lib/yuqing \
 && install -d -o yuqing -g yuqing -m 0755 /boards
COPY --from=build /opt/yuqing /opt/yuqing
USER 10001:10001
# a named volume takes over the owner of the folder it is mounted on
VOLUME /var/lib/yuqing
WORKDIR /var/lib/yuqing
ENTRYPOINT ["yuqing"]
CMD ["--help"]
