import com.aliyun.fc.runtime.Context;
import com.aliyun.fc.runtime.FunctionInitializer;
import com.aliyun.fc.runtime.HttpRequestHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import javax.servlet.ServletException;
import javax.servlet.http.Cookie;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;

public class App implements HttpRequestHandler, FunctionInitializer {
    private boolean ready;

    @Override
    public void initialize(Context context) {
        ready = true;
    }

    @Override
    public void handleRequest(HttpServletRequest request, HttpServletResponse response, Context context) throws IOException, ServletException {
        String[] path = request.getPathInfo().split("/");
        switch (path.length < 2 ? "" : path[1]) {
            case "echo":
                response.setContentType(request.getContentType());
                copy(request.getInputStream(), response.getOutputStream());
                return;
            case "status":
                response.setStatus(Integer.parseInt(path[2]));
                response.getWriter().write("status");
                return;
            case "headers":
                response.addCookie(new Cookie("a", "1"));
                response.addCookie(new Cookie("b", "2"));
                response.setHeader("x-one", "2");
                response.setHeader("X-One", "1");
                response.setHeader("Server", "mine");
                response.setHeader("X-Fc-Own", "1");
                return;
            case "large-headers":
                response.setHeader("X-Large", new String(new char[9000]).replace('\0', 'x'));
                return;
            case "bad-status":
                response.setStatus(42);
                return;
            case "print":
                System.out.println("printed by the function");
                response.getWriter().write("ok");
                return;
            case "throw":
                throw new ServletException("thrown on purpose");
            case "exit":
                System.exit(3);
            case "sleep":
                sleep();
            default:
                facts(request, response, context);
        }
    }

    private static void sleep() {
        try {
            Thread.sleep(60000);
        } catch (InterruptedException ignored) {
            Thread.currentThread().interrupt();
        }
    }

    private static int copy(InputStream from, OutputStream to) throws IOException {
        byte[] part = new byte[8192];
        int size = 0;
        for (int n = from.read(part); n >= 0; n = from.read(part)) {
            size += n;
            to.write(part, 0, n);
        }
        return size;
    }

    private void facts(HttpServletRequest request, HttpServletResponse response, Context context) throws IOException {
        String[] values = request.getParameterValues("q");
        int length = copy(request.getInputStream(), new java.io.ByteArrayOutputStream());
        response.setContentType("application/json");
        response.setCharacterEncoding("UTF-8");
        response.getWriter().write("{" + text("method", request.getMethod()) + text("path", request.getAttribute("FC_REQUEST_PATH"))
                + text("uri", request.getAttribute("FC_REQUEST_URI")) + text("ip", request.getAttribute("FC_REQUEST_CLIENT_IP"))
                + text("query", values == null ? "" : String.join("+", values)) + text("header", request.getHeader("x-test"))
                + text("host", request.getHeader("Host")) + text("id", context.getRequestId())
                + text("function", context.getService().getName() + "/" + context.getFunctionParam().getFunctionName())
                + "\"ready\":" + ready + ",\"length\":" + length + "}");
    }

    private static String text(String name, Object value) {
        return '"' + name + "\":" + (value == null ? "null" : "\"" + value + '"') + ',';
    }
}
