using System;
using System.IO;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Aliyun.Serverless.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

public class App
{
    private bool ready;

    public void Initialize(IFcContext context) => ready = true;

    public async Task<HttpResponse> HandleRequest(HttpRequest request, HttpResponse response, IFcContext context)
    {
        string[] path = request.Path.Value.Split('/');
        switch (path.Length < 2 ? "" : path[1])
        {
            case "echo":
                response.ContentType = request.ContentType;
                await request.Body.CopyToAsync(response.Body);
                return response;
            case "status":
                response.StatusCode = int.Parse(path[2]);
                await response.WriteAsync("status");
                return response;
            case "headers":
                response.Headers["Set-Cookie"] = new[] { "a=1", "b=2" };
                response.Headers["x-one"] = "2";
                response.Headers["X-One"] = "1";
                response.Headers["Server"] = "mine";
                response.Headers["X-Fc-Own"] = "1";
                return response;
            case "large-headers":
                response.Headers["X-Large"] = new string('x', 9000);
                return response;
            case "bad-status":
                response.StatusCode = 42;
                return response;
            case "print":
                Console.WriteLine("printed by the function");
                await response.WriteAsync("ok");
                return response;
            case "throw":
                throw new InvalidOperationException("thrown on purpose");
            case "exit":
                Environment.Exit(3);
                return response;
            case "sleep":
                Thread.Sleep(60_000);
                return response;
            default:
                return await Facts(request, response, context);
        }
    }

    private async Task<HttpResponse> Facts(HttpRequest request, HttpResponse response, IFcContext context)
    {
        var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        response.ContentType = "application/json";
        await response.WriteAsync(JsonSerializer.Serialize(new
        {
            method = request.Method,
            path = request.Path.Value,
            uri = request.HttpContext.Features.Get<IHttpRequestFeature>().RawTarget,
            ip = request.HttpContext.Connection.RemoteIpAddress.ToString(),
            query = string.Join("+", request.Query["q"].ToArray()),
            header = (string)request.Headers["x-test"],
            host = request.Host.Value,
            length = body.Length,
            id = context.RequestId,
            function = context.ServiceMeta.Name + "/" + context.FunctionParam.FunctionName,
            ready,
        }));
        return response;
    }
}
