// Draws the schema of the API, so that every operation can be tried. Nothing is asked of other servers.

const place = document.querySelector("[data-api-schema]");

const cookie = (name) => document.cookie.split("; ").find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);

window.SwaggerUIBundle({
  domNode: place,
  url: place.dataset.apiSchema,
  deepLinking: true,
  validatorUrl: null,
  persistAuthorization: false,
  requestInterceptor: (request) => {
    const token = cookie("csrftoken");
    if (token && new URL(request.url, location.href).origin === location.origin) {
      request.headers["X-CSRFToken"] = token;
    }
    return request;
  },
});
