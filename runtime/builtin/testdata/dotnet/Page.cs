using System;
using System.IO;
using System.Threading.Tasks;
using Aliyun.Serverless.Core;
using Microsoft.AspNetCore.Http;

namespace Shop
{
    /// <summary>An HTTP handler of FC 2.0, of the form that FcHttpEntrypoint of the official library has.</summary>
    public class Page
    {
        public virtual async Task<HttpResponse> HandleRequest(HttpRequest request, HttpResponse response, IFcContext context)
        {
            if (request.Path == "/throw")
            {
                throw new InvalidOperationException("no page");
            }
            string body = await new StreamReader(request.Body).ReadToEndAsync();
            response.StatusCode = 201;
            response.Headers["X-Many"] = request.Headers["X-Many"];
            response.ContentType = "text/plain";
            await response.WriteAsync(string.Join("|", request.Method, request.PathBase, request.Path, request.QueryString, request.Host,
                request.Query["a"], request.HttpContext.Connection.RemoteIpAddress, body));
            return response;
        }

        public void Plain(HttpRequest request, HttpResponse response) => response.StatusCode = 204;
    }
}
