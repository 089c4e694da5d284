// The API reference: Swagger UI on our own OpenAPI document.
const place = document.getElementById("docs");
SwaggerUIBundle({ domNode: place, url: place.dataset.openapi, deepLinking: true });
